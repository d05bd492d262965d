import channels, { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { LoginErrorCode } from 'passport-loginwith';

const stopHearing: (() => void)[] = [];
afterEach(() => {
  stopHearing.splice(0).forEach((stop) => stop());
  jest.restoreAllMocks();
});

/** The warnings of these failures, in a process that has loaded the package just now. */
function warningsOf(env: Record<string, string>, isPrinted: boolean, ...codes: LoginErrorCode[]): unknown[] {
  return warningsWith('What to do.', env, isPrinted, codes);
}

function warningsWith(hint: string, env: Record<string, string>, isPrinted: boolean, codes: LoginErrorCode[]) {
  const emit = jest.spyOn(process, 'emitWarning').mockImplementation(() => undefined);
  // What DEBUG prints would stay on in this process.
  const listened = jest.spyOn(channels, 'subscribe').mockReturnValue();
  jest.replaceProperty(process, 'env', env);
  jest.resetModules();
  const { Report } = jest.requireActual<typeof import('../../lib/login/report')>('../../lib/login/report');
  const { LoginWithError } = jest.requireActual<typeof import('passport-loginwith')>('passport-loginwith');
  for (const code of codes) {
    const error = new LoginWithError('callback: what happened', { code, stage: 'callback', hint });
    new Report().failure(error, isPrinted);
  }
  expect(listened.mock.calls.length > 0).toBe('DEBUG' in env);
  return emit.mock.calls;
}

function hear(): void {
  const listen = () => undefined;
  subscribe('passport-loginwith:outcome', listen);
  stopHearing.push(() => unsubscribe('passport-loginwith:outcome', listen));
}

const warningOf = (code: string) => [
  `${code}: callback: what happened. What to do.`,
  {
    type: 'LoginWithWarning',
    code: 'LOGINWITH_FAILED',
    detail: `See passport-loginwith/docs/errors.md#${code}`,
  },
];
const [users, apps] = ['attempt_missing', 'app_secret_invalid'] as const;

test.each([{}, { NODE_ENV: '' }, { NODE_ENV: 'development' }])('with %j each code is warned of once', (env) => {
  expect(warningsOf(env, false, users, apps, users, apps)).toEqual([warningOf(users), warningOf(apps)]);
});

test('in production only failures that no user has caused are warned of, once', () => {
  expect(warningsOf({ NODE_ENV: 'production' }, false, users, apps, apps)).toEqual([warningOf(apps)]);
});

test('in production nothing is warned of if operators listen', () => {
  hear();
  expect(warningsOf({ NODE_ENV: 'production' }, false, users, apps)).toEqual([]);
});

test('in development it is warned of even so', () => {
  hear();
  expect(warningsOf({}, false, users)).toEqual([warningOf(users)]);
});

test.each([
  ['what is printed elsewhere', {}, true],
  ['anything in tests', { NODE_ENV: 'test' }, false],
  ['what DEBUG prints', { DEBUG: 'passport-loginwith' }, false],
])('there is no warning of %s', (_what, env, isPrinted) => {
  expect(warningsOf(env as Record<string, string>, isPrinted, users, apps)).toEqual([]);
});

test('a failure that DEBUG does not print is warned of', () => {
  expect(warningsOf({ DEBUG: '*,-passport-loginwith:outcome' }, false, users)).toEqual([warningOf(users)]);
});

test('a warning has no character that a terminal takes for a command', () => {
  const [[message] = []] = warningsWith('Come back to \u009b2Jhost\n.', {}, false, [users]) as string[][];
  expect(message).toBe(`${users}: callback: what happened. Come back to ?2Jhost?.`);
});

test('of a report, only the first end counts', () => {
  const emit = jest.spyOn(process, 'emitWarning').mockImplementation(() => undefined);
  jest.replaceProperty(process, 'env', {});
  jest.resetModules();
  const { Report } = jest.requireActual<typeof import('../../lib/login/report')>('../../lib/login/report');
  const { LoginWithError } = jest.requireActual<typeof import('passport-loginwith')>('passport-loginwith');
  const report = new Report();
  report.success();
  report.failure(new LoginWithError('later', { code: users, stage: 'callback' }), false);
  expect(emit).not.toHaveBeenCalled();
});
