import { LoginWithError } from 'passport-loginwith';
import { createFailureCookie } from '../../lib/login/failure-cookie';
import { parseStrategyOptions } from '../../lib/options';
import { cookieSecret } from '../support/strategy-app';

const settings = parseStrategyOptions({ provider: 'pimbuzz', appId: '1', appSecret: 's', cookieSecret });
const cookie = createFailureCookie(settings);
const request = { url: '/auth/pimbuzz/callback', headers: {}, secure: false };

afterEach(() => jest.useRealTimers());

test.each([
  [0, 90],
  [60.5, 30],
  [200, 1],
])('after %d seconds, an error that passes in 90 seconds passes in %d', async (elapsed, retryAfter) => {
  jest.useFakeTimers({ doNotFake: ['nextTick', 'setImmediate'] });
  const error = new LoginWithError('callback: too many', {
    code: 'too_many_failures',
    stage: 'callback',
    retryAfter: 90,
  });
  const setCookie = await cookie.write(request, { error, authKey: undefined, isShown: true, popup: undefined });
  jest.advanceTimersByTime(elapsed * 1000);
  const [pair] = setCookie.split(';');
  const read = await cookie.read({ ...request, headers: { cookie: pair } });
  expect(read?.error).toMatchObject({ message: error.message, retryAfter });
});
