import { stringifySetCookie } from 'cookie';
import { randomBytes, randomUUID } from 'node:crypto';
import { readCallback } from '../adapters/callback.js';
import { createAdapterLogin, type AdapterOptions } from '../adapters/login.js';
import { createSealers } from '../internal/seal.js';
import { trimSlashes } from '../internal/urls.js';
import { splitCookies } from '../login/sealed-cookie.js';
import type { Profile } from '../types.js';
import type { AuthContext, BetterAuthPlugin, HookContext, SocialProvider } from './types.js';

/** Options of {@link loginWithPlugin}. */
export type BetterAuthOptions = AdapterOptions;

/** As long as better-auth keeps the state of a login, in seconds. */
const stateLifetime = 600;
/** From the callback until its key is exchanged, in milliseconds. */
const codeLifetime = 60_000;

/** What the code holds that better-auth passes from the callback to the exchange. */
interface Code {
  authKey: string;
  address: string | undefined;
}

/**
 * A plugin of better-auth with one provider, for `signIn.social({ provider: NAME })`. The browser is bound by
 * better-auth's state. A cookie of the plugin, one per provider, brings it back, because the protocol has no state. The
 * redirect URL to register ends with `/callback/NAME`.
 *
 * Users get a made-up e-mail address under `.invalid`, because better-auth needs one that is unique, and nothing says
 * that the provider's address was ever confirmed. better-auth gets neither secret nor token, and the key only sealed.
 *
 * @throws TypeError that lists every mistake in the options at once; at the start of better-auth, if `trustedProviders`
 *   names this provider.
 * @example
 * betterAuth({ plugins: [loginWithPlugin({ provider: 'pimbuzz', appId, appSecret })] });
 */
export function loginWithPlugin(options: BetterAuthOptions): BetterAuthPlugin {
  const login = createAdapterLogin('loginWithPlugin', options);
  const id = `loginwith-${login.name}`;
  const processSecret = randomBytes(32);
  const openSealer = createSealers(() => Promise.resolve([processSecret]), [id]);
  const stateCookie = (context: AuthContext) => context.createAuthCookie(id, { maxAge: stateLifetime });
  const separator = login.authorizeURL.includes('?') ? '&' : '?';
  const startOfURL = `${login.authorizeURL}${separator}state=`;

  /** Finds the state in a start's response. It is alphanumeric. */
  const findState = ({ context: { returned } }: HookContext) => {
    const url = typeof returned === 'object' && returned !== null && 'url' in returned ? returned.url : undefined;
    return typeof url === 'string' && url.startsWith(startOfURL) ? url.slice(startOfURL.length) : undefined;
  };

  const provider: SocialProvider = {
    id: login.name,
    name: login.displayName,
    options: {},
    createAuthorizationURL: ({ state }) => Promise.resolve(new URL(startOfURL + state)),
    async validateAuthorizationCode({ code }) {
      // Only onRequest() can have sealed it.
      const opened = (await openSealer('code')).unseal(code) as Code | undefined;
      if (opened === undefined) return null;
      const profile = await login.exchange(opened.authKey, opened.address);
      // better-auth stores no `raw`.
      return { raw: { profile } };
    },
    getUserInfo({ raw }) {
      // Only validateAuthorizationCode() makes tokens of this provider.
      const profile = raw?.profile as Profile | undefined;
      if (profile === undefined) return Promise.resolve(null);
      return Promise.resolve({ user: toUser(profile, login.name), data: profile });
    },
    accountSubject: ({ profile }) => profile.id,
  };

  return {
    id,
    init(context) {
      const { trustedProviders } = context.options.account?.accountLinking ?? {};
      if (Array.isArray(trustedProviders) && trustedProviders.includes(login.name))
        throw new TypeError(
          `loginWithPlugin: take "${login.name}" out of "trustedProviders"; nothing says that its users' e-mail ` +
            'addresses were ever confirmed',
        );
      return { context: { socialProviders: [provider, ...context.socialProviders] } };
    },
    async onRequest(request, context) {
      const url = new URL(request.url);
      if (!trimSlashes(url.pathname).endsWith(`/callback/${login.name}`)) return undefined;
      // What a function in the option returned for this request. An error here would end the app's process.
      context.trustedProviders = context.trustedProviders?.filter((name) => name !== login.name);
      const callback = readCallback(request);
      if (callback.type === 'ignored') return callback;
      if (callback.type === 'refused') {
        url.search = new URLSearchParams({ error: callback.error }).toString();
      } else {
        const code: Code = { authKey: callback.authKey, address: login.clientAddress(request) };
        const sealed = (await openSealer('code')).seal(code, Date.now() + codeLifetime);
        url.search = new URLSearchParams({
          code: sealed,
          state: readState(request, stateCookie(context).name),
        }).toString();
      }
      return { request: new Request(url, { headers: request.headers }) };
    },
    hooks: {
      after: [
        {
          matcher: (context) => findState(context) !== undefined,
          handler: Object.assign(
            (given: object) => {
              // What the matcher got; better-auth types it less closely here.
              const context = given as HookContext;
              const { name, attributes } = stateCookie(context.context);
              const headers = new Headers({
                'Set-Cookie': stringifySetCookie(name, findState(context) ?? '', attributes),
              });
              return Promise.resolve({ headers, response: undefined });
            },
            { options: {} },
          ),
        },
      ],
    },
  };
}

function readState({ headers }: Request, cookieName: string): string {
  const states = splitCookies(headers.get('cookie') ?? '').filter(([name]) => name === cookieName);
  return states.at(-1)?.[1] ?? '';
}

/** The address counts only when the user is created: an account is found by provider and id. */
function toUser({ displayName, photos: [photo] }: Profile, providerName: string) {
  return {
    name: displayName ?? '',
    email: `${randomUUID()}@${providerName.toLowerCase()}.invalid`,
    emailVerified: false,
    image: photo?.value,
  };
}
