import assert from 'node:assert/strict';
import fc from 'fast-check';
import { LoginWithError } from 'passport-loginwith';
import { startHostileProvider, type Secrets } from './hostile-provider';
import { goodToken, isGoodUser, plan, type HostileResponse, type Plan } from './hostile-responses';
import { openLoginApp, timeout } from './login-app';
import type { FuzzSubject } from './subject';
import { watchProcess } from './watch-process';

/** The errors that the answers of a provider can end in, with their statuses, as the README lists them. */
const statuses: Record<string, number> = {
  ...{ auth_key_invalid: 403, token_expired: 403, user_not_found: 403 },
  ...{ app_id_invalid: 500, app_secret_invalid: 500, module_disabled: 500 },
  ...{ provider_error: 502, provider_unavailable: 502, provider_redirected: 502, response_html: 502 },
  ...{ response_not_json: 502, response_unexpected: 502, response_too_large: 502, connection_lost: 502, timeout: 504 },
};

/** What a busy machine may add to the timeout, in milliseconds. */
const slack = 4000;
const appSecret = 'canary-secret-0123';

/** Opens an app with the strategy and a hostile provider for it. Each case is a whole login. */
export async function openLogins(): Promise<{ subject: FuzzSubject; close: () => Promise<void> }> {
  const provider = await startHostileProvider();
  const app = await openLoginApp(provider.url, appSecret);
  const seen = watchProcess();
  let count = 0;

  async function check(responses: Plan, looksGenuine: boolean): Promise<void> {
    seen.clear();
    count += 1;
    const secrets = secretsOf(count, looksGenuine);
    provider.play(responses, secrets);
    const began = performance.now();
    const { outcome, callbacks, shown } = await app.logIn(secrets.authKey);
    assert.ok(performance.now() - began < timeout * callbacks + slack, 'it took too long');
    for (const call of ['GET authorize', 'POST authorize'])
      assert.ok(provider.calls.filter((each) => each === call).length <= callbacks, `a key was sent twice: ${call}`);
    if ('user' in outcome) assert.equal(outcome.user.id, expectedId(responses, provider.calls));
    else assertDocumented(outcome.error);
    if (isGood(responses)) assert.ok('user' in outcome, String('error' in outcome && outcome.error));
    assertHidden(secrets, [...shown, ...seen.texts].join('\n'));
    assert.deepEqual(seen.failures, []);
  }

  return {
    subject: {
      name: 'whole logins with a hostile provider',
      cases: 20_000,
      property: fc.asyncProperty(plan, fc.boolean(), check),
    },
    async close() {
      seen.stop();
      await app.close();
      await provider.close();
    },
  };
}

/** Secrets that turn up nowhere by chance. Genuine keys and tokens are 32 hexadecimal digits, which are masked. */
function secretsOf(count: number, looksGenuine: boolean): Secrets {
  const digits = count.toString(16).padStart(8, '0');
  return looksGenuine
    ? { appSecret, authKey: `a11cea11cea11cea11cea11c${digits}`, token: `70ce270ce270ce270ce270ce${digits}` }
    : { appSecret, authKey: `canary-key-${digits}`, token: `canary-token-${digits}` };
}

function assertHidden(secrets: Secrets, shown: string): void {
  for (const [name, secret] of Object.entries(secrets) as [string, string][]) {
    const at = shown.indexOf(secret);
    assert.equal(at, -1, `${name} in: ${shown.slice(Math.max(0, at - 300), at + 100)}`);
  }
}

function assertDocumented(error: unknown): void {
  assert.ok(error instanceof LoginWithError, String(error));
  assert.equal(error.status, statuses[error.code], error.code);
}

/** The id in the response that the last call got. */
function expectedId({ userInfo }: Plan, calls: string[]): string {
  const count = calls.filter((call) => call === 'GET userInfo').length;
  const response = userInfo[Math.min(count, userInfo.length) - 1];
  const { user_info: info } = JSON.parse(response?.body ?? '') as { user_info: { user_id: string | number } };
  return String(info.user_id);
}

/** Whether nothing is wrong with the first answers, so that the user must get in. */
function isGood({ authorize: [token], userInfo: [user] }: Plan): boolean {
  return isWell(token) && token.body === goodToken && isWell(user) && isGoodUser(user.body);
}

function isWell(response: HostileResponse | undefined): response is HostileResponse {
  return response?.status === 200 && response.wire === 'whole' && !['wrong', 'unknown'].includes(response.encoding);
}
