import { randomBytes } from 'node:crypto';
import { Browser } from '../../support/test-browser';
import type { AppResponse } from './app';
import type { ClientWatch } from './client-watch';
import { userIdOf, type FakeProvider } from './fake-provider';

/** A login in a browser of its own, from the start to the outcome. */
export type Login = ReturnType<typeof createLogin>;

/** A browser that logs in; it plays the provider's pages itself and comes back with a new key each time. */
export function createLogin(appURL: string, provider: FakeProvider, watch: ClientWatch) {
  const browser = new Browser(appURL);
  const keys: string[] = [];
  const texts: string[] = [];

  const load = async (key: string): Promise<string> => {
    const began = performance.now();
    const { status, text, location } = await browser.get(`/callback?auth_key=${key}`);
    login.milliseconds = Math.max(login.milliseconds, Math.round(performance.now() - began));
    texts.push(text);
    if (status === 302 && location?.startsWith(`${provider.baseURL}/api/oauth?`)) return 'restart';
    const { user, failure } = JSON.parse(text) as AppResponse;
    login.failure = failure;
    if (user !== undefined) return user === userIdOf(key) ? 'user' : `another user`;
    return failure?.status === status ? `${failure.code} ${status}` : `${failure?.code ?? 'nothing'} as ${status}`;
  };
  const newKey = (): string => {
    const key = randomBytes(16).toString('hex');
    keys.push(key);
    return key;
  };
  const login = {
    keys,
    texts,
    outcome: '',
    restarts: 0,
    milliseconds: 0,
    failure: undefined as AppResponse['failure'],
    async run(prepare?: (provider: FakeProvider, watch: ClientWatch) => Promise<void> | void): Promise<string> {
      const { status, location = '' } = await browser.get('/auth');
      if (status !== 302 || !location.startsWith(`${provider.baseURL}/api/oauth?`)) return `start: ${status}`;
      await watch.newestReady(provider.port);
      await prepare?.(provider, watch);
      login.outcome = await load(newKey());
      while (login.outcome === 'restart' && login.restarts < 3) {
        login.restarts += 1;
        await watch.newestReady(provider.port);
        login.outcome = await load(newKey());
      }
      return login.outcome;
    },
    /** Loads the last callback again; its time does not count. */
    async reload(): Promise<string> {
      const { milliseconds } = login;
      const outcome = await load(keys.at(-1) ?? '');
      login.milliseconds = milliseconds;
      return outcome;
    },
  };
  return login;
}
