import { createServer } from 'node:http';
import * as entry from 'passport-loginwith';
import type {
  AttemptStore,
  FrameworkRequest,
  FrameworkResponse,
  LoginInfo,
  Profile,
  StrategyOptions,
} from 'passport-loginwith';
import * as expressEntry from 'passport-loginwith/express';
import type { Handler, ProviderOptions, SessionProfile, Templates } from 'passport-loginwith/express';

// For the compiler alone: apps without the typings of Passport and Express.

const account: StrategyOptions = { provider: 'pimbuzz', appId: '1', appSecret: 'x' };

const attempts = new Map<string, entry.Attempt>();
const store: AttemptStore = {
  begin: (req, attempt) => void attempts.set(req.headers.cookie ?? '', attempt),
  take: async (req) => Promise.resolve(attempts.get(req.headers.cookie ?? '')),
};
const counts: entry.RateLimitStore = {
  increment: () => ({ totalHits: 1, resetTime: undefined }),
  get: async (): Promise<entry.RateLimitCount> => Promise.resolve({ totalHits: 1, resetTime: new Date() }),
};
const limits: entry.LimitOptions = { limit: 5, windowMs: undefined, store: counts };
new entry.LoginWithStrategy(
  { ...account, attempts: store, limits, trustedOrigins: ['https://www.example.org'], passReqToCallback: true },
  (req, _accessToken, _refreshToken, profile) => {
    const login: (LoginInfo & entry.LoginAccess) | undefined = req.loginWith;
    const returnTo: string | undefined = req.authInfo?.returnTo;
    return { id: profile.id, returnTo: returnTo ?? login?.returnTo };
  },
);

const templates: Partial<Templates> = {
  failure: ({ code, href, locale }) =>
    expressEntry.html`<p lang="${locale}">${code ?? 'unknown'} <a href="${href}">Again</a></p>`.markup,
};
const auth = expressEntry.loginWith({ providers: [account], limits, templates });
const plainAuth = expressEntry.loginWith({ providers: [{ ...account, timeout: 5000 }], keepSession: ['cart'] });
const guard: Handler = plainAuth.requireLogin();
createServer((req, res) => {
  plainAuth(req, res, (error) => {
    const user: SessionProfile | undefined = plainAuth.user(req);
    guard(req, res, () => res.end(error === undefined ? user?.displayName : explain(error)));
  });
}).on('close', () => void auth.close());

// @ts-expect-error -- an option of loginWith() itself
expressEntry.loginWith({ providers: [{ ...account, limits }] });
// @ts-expect-error -- not an option
expressEntry.loginWith({ providers: [account], succesRedirect: '/' });
// @ts-expect-error -- not a page of ours
expressEntry.loginWith({ providers: [account], templates: { error: () => '' } });

/** What failed, by its code. */
export function explain(error: unknown): string {
  if (!(error instanceof entry.LoginWithError)) return String(error);
  const stage: entry.LoginStage = error.stage;
  switch (error.code) {
    case 'too_many_failures':
      return `Come back in ${error.retryAfter ?? 0} s`;
    case 'timeout':
      return error.retryable ? 'later' : stage;
    // @ts-expect-error -- no such code
    case 'time_out':
      return error.hint ?? '';
    default:
      return error.code satisfies entry.LoginErrorCode;
  }
}

/** A profile, as the client gets it. */
export async function fetchProfile(authKey: string): Promise<Profile> {
  const provider: entry.Provider = entry.defineProvider({ name: 'example', baseURL: 'https://social.example' });
  const client = new entry.LoginWithClient({ provider, appId: '1', appSecret: 'x', timeout: 1000 });
  const { accessToken, expiresAt }: entry.AccessToken = await client.authorize(authKey);
  // @ts-expect-error -- absent when the site has none
  const name: string = (await client.getUserInfo(accessToken)).displayName;
  const { profile } = await client.exchange(`${authKey}${name}${expiresAt.toISOString()}`);
  console.log(entry.redactURL(client.authorizeURL()), await client.checkCredentials(), await client.checkBaseURL());
  await client.close();
  return entry.toProfile({ user_info: profile._json.user_info }, entry.providers.pimbuzz);
}

const shops: Readonly<Record<string, ProviderOptions>> = { 'shop.example': { ...account, name: 'shop' } };
expressEntry.loginWith({
  cookieSecret: 'as-random-as-32-characters-can-be',
  providers(req) {
    const shop = shops[req.headers.host ?? ''];
    return shop && [shop];
  },
});

export const logOut = (strategy: entry.LoginWithStrategy, req: FrameworkRequest, res?: FrameworkResponse) =>
  strategy.forgetAttempts(req, res);
export const { adaptFastify } = entry;
