import { findIn, installPackage, recordLogins, removePackage } from '../support/recorded-logins';

// Each test starts a process of its own.
jest.setTimeout(60_000);

beforeAll(installPackage);
afterAll(removePackage);

const readLines = (text: string) =>
  text
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line) as Record<string, unknown>);

test('the recipe for pino writes a line for each login, with the code of one that failed, and no secret', async () => {
  const { text, secrets } = await recordLogins("import './login-log.mjs';");
  const lines = readLines(text);
  const login = { name: 'logins', provider: 'pimbuzz', purpose: 'login' };
  expect(lines[0]).toMatchObject({ ...login, level: 30, result: 'success', msg: 'the login succeeded' });
  expect(lines[0]).toMatchObject({ duration: expect.any(Number), sinceStart: expect.any(Number), restarted: false });
  expect(lines.at(-1)).toMatchObject({
    ...login,
    level: 40,
    result: 'failure',
    code: 'attempt_missing',
    status: 403,
    stage: 'callback',
    msg: 'callback: this browser has not started a login here',
    documentation: 'passport-loginwith/docs/errors.md#attempt_missing',
  });
  expect(lines.length).toBeGreaterThan(5);
  expect(findIn(text, Object.values(secrets).flat())).toEqual([]);
});

const tracing = `
  import { HttpInstrumentation } from '@opentelemetry/instrumentation-http';
  import { NodeTracerProvider, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-node';
  import { maskSpans } from './mask-spans.mjs';

  const printer = new SimpleSpanProcessor({
    export(spans, done) {
      for (const span of spans) {
        const { name, attributes, status, parentSpanContext, startTime, endTime } = span;
        const time = (endTime[0] - startTime[0]) * 1000 + (endTime[1] - startTime[1]) / 1e6;
        const { spanId } = span.spanContext();
        console.log(JSON.stringify({ name, attributes, status, time, spanId, parentId: parentSpanContext?.spanId }));
      }
      done({ code: 0 });
    },
    async shutdown() {},
  });
  new NodeTracerProvider({ spanProcessors: [maskSpans, printer] }).register();
  new HttpInstrumentation();
  await import('./login-spans.mjs');
`;

test('the recipe for OpenTelemetry makes spans that are children of the request’s, and have no secret', async () => {
  const { text, secrets } = await recordLogins(tracing);
  const spans = readLines(text);
  const [exchange, profile, outcome] = ['exchange', 'profile', 'outcome'].map((name) =>
    spans.find((span) => span.name === `login ${name}`),
  );
  const callback = spans.find(({ spanId }) => spanId === outcome!.parentId);
  expect(callback).toMatchObject({ attributes: { 'url.path': '/auth/pimbuzz/callback' } });
  expect([exchange!.parentId, profile!.parentId]).toEqual([callback!.spanId, callback!.spanId]);
  expect(outcome).toMatchObject({ attributes: { 'login.provider': 'pimbuzz', 'login.purpose': 'login' } });
  const [calls, whole] = [Number(exchange!.time) + Number(profile!.time), Number(outcome!.time)];
  expect(calls).toBeGreaterThan(0);
  expect(whole).toBeGreaterThan(calls);
  const failure = spans.findLast((span) => span.name === 'login outcome');
  expect(failure).toMatchObject({ attributes: { 'error.type': 'attempt_missing' }, status: { code: 2 } });
  expect(findIn(text, Object.values(secrets).flat())).toEqual([]);
});

test('the recipe for a metric counts logins by their outcome', async () => {
  const { text } = await recordLogins(`
    import { readLoginMetrics } from './login-metrics.mjs';
    process.once('exit', () => console.log(readLoginMetrics()));
  `);
  expect(text).toMatch(/^# TYPE logins_total counter$/m);
  const labels = (rest: string) => `logins_total{provider="pimbuzz",purpose="login",${rest}}`;
  expect(text).toContain(`${labels('result="failure",code="attempt_missing"')} 1\n`);
  // Four logins; the callback of one is loaded twice.
  expect(text).toContain(`${labels('result="success",code=""')} 5\n`);
});
