import { createAttempt, openAttemptCookie } from '../../lib/login/attempt-cookie';
import { parseStrategyOptions } from '../../lib/options';

/** The attempt cookie of one app. */
export interface TestCookie {
  /** The `Cookie` header of a browser that has started a login, and was told to return to `returnTo`. */
  seal(returnTo: string): Promise<string>;
  /** Whether a `Cookie` header holds attempts that this app accepts. */
  opens(header: string): Promise<boolean>;
}

/** Creates the cookie of an app. The same seed gives an app with the same secrets. */
export function createTestCookie(seed: string): TestCookie {
  const cookieSecret = `of ${seed}, and long enough for a cookie`;
  const options = { provider: 'pimbuzz', appId: '1', appSecret: 'secret', cookieSecret };
  const opened = openAttemptCookie(parseStrategyOptions(options));
  return {
    async seal(returnTo) {
      const attempt = createAttempt({ provider: 'pimbuzz', host: 'app.example', returnTo, restarts: 0 });
      const [pair = ''] = (await opened).write({ attempts: [attempt], starts: [Date.now()] }, false).split(';');
      return pair;
    },
    async opens(header) {
      return (await opened).read(header, false).found;
    },
  };
}
