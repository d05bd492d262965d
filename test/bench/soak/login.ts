import { setTimeout as delay } from 'node:timers/promises';
import { Browser, type TestResponse } from '../../support/test-browser';
import { startPaths, type AppResponse, type Kind } from './app';
import type { SoakFault } from './faults';
import type { SoakProvider } from './provider';

/** Milliseconds after which a login is taken for lost. */
const lostAfter = 30_000;
/** More redirects than any login takes. */
const maximumRedirects = 12;

export interface LoginResult {
  /** `user`, `another user`, the code of an error, or what came in place of them. */
  outcome: string;
  /** How often the login went back to the provider by itself. */
  restarts: number;
}

/** Logs a user in as a browser does: the app's start, the provider, the app's callback, and on until there is JSON. */
export async function logIn(
  appURL: string,
  provider: SoakProvider,
  { kind, userId, fault }: { kind: Kind; userId: string; fault: SoakFault | undefined },
): Promise<LoginResult> {
  const browser = new Browser(appURL);
  let starts = 0;
  const follow = async (): Promise<string> => {
    let response = await browser.get(startPaths[kind]);
    for (let count = 0; count < maximumRedirects && response.location !== undefined; count += 1) {
      let { location } = response;
      if (location.startsWith(provider.url)) {
        starts += 1;
        location = await provider.startLogin(location, userId);
        const key = new URL(location).searchParams.get('auth_key') ?? '';
        if (starts === 1 && fault !== undefined) provider.breakLogin(key, fault);
      }
      response = await browser.get(location);
    }
    return readOutcome(response, userId);
  };
  const timer = new AbortController();
  const lost = delay(lostAfter, 'lost', { signal: timer.signal }).catch(() => 'lost');
  const outcome = await Promise.race([follow().catch((error: unknown) => `lost: ${String(error)}`), lost]);
  timer.abort();
  return { outcome, restarts: Math.max(0, starts - 1) };
}

/** Starts a login and throws the cookie away. */
export async function abandonStart(appURL: string, provider: SoakProvider, kind: Kind): Promise<boolean> {
  const { location } = await new Browser(appURL).get(startPaths[kind]);
  return location?.startsWith(`${provider.url}/api/oauth?`) === true;
}

/** Runs a task for each number up to `count`, so many at a time. */
export async function runAll(count: number, atATime: number, task: (index: number) => Promise<void>): Promise<void> {
  let next = 0;
  const lane = async (): Promise<void> => {
    while (next < count) await task(next++);
  };
  await Promise.all(Array.from({ length: atATime }, lane));
}

function readOutcome({ status, text }: TestResponse, userId: string): string {
  if (!text.startsWith('{')) return `lost: ${status}`;
  const { user, code = 'lost: no code' } = JSON.parse(text) as AppResponse;
  if (user === undefined) return code;
  return user === userId ? 'user' : 'another user';
}
