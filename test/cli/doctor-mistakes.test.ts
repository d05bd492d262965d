import type { LocalProvider } from 'passport-loginwith/provider';
import type { Express } from 'express';
import {
  closeProxies,
  diagnose,
  envFor,
  openTLSProxy,
  resolveTestNames,
  sessionSecret,
  type Patient,
} from '../support/doctor';
import { closeSites, openSite, sessions } from '../support/express-site';
import { closeAll, cookieSecret, openProvider, openServer, reserveAddress } from '../support/strategy-app';

afterEach(async () => {
  jest.restoreAllMocks();
  await Promise.all([closeSites(), closeAll(), closeProxies()]);
});

type Mistake = [
  mistake: string,
  plant: (good: Good) => Patient | Promise<Patient>,
  id: string,
  status: 'problem' | 'warning',
  advice: RegExp,
];

/** A set-up in which nothing is wrong. */
interface Good {
  provider: LocalProvider;
  env: Record<string, string>;
}

const withEnv =
  (changes: (env: Record<string, string>, provider: LocalProvider) => Record<string, string | undefined>) =>
  ({ env, provider }: Good): Patient => ({ env: { ...env, ...changes(env, provider) } });

const register =
  (redirectURL: string) =>
  ({ env }: Good): Patient => ({ env, args: ['--redirect-url', redirectURL] });

/** An app behind a proxy with TLS. */
async function openApp(prepare: (app: Express) => void, proxy: Parameters<typeof openTLSProxy>[1] = {}) {
  const site = await openSite({
    before: (app) => {
      prepare(app);
      app.use(sessions());
    },
  });
  return { site, env: envFor(site.provider), app: await openTLSProxy(site.url, proxy) };
}

const trustProxy = (app: Express) => void app.set('trust proxy', 1);

const mistakes: Mistake[] = [
  [
    'app id and secret are swapped',
    withEnv((env) => ({ PIMBUZZ_APP_ID: env.PIMBUZZ_APP_SECRET, PIMBUZZ_APP_SECRET: env.PIMBUZZ_APP_ID })),
    'app-id',
    'problem',
    /^Swap PIMBUZZ_APP_ID and PIMBUZZ_APP_SECRET\./,
  ],
  [
    'a line break behind the secret',
    withEnv((env) => ({ PIMBUZZ_APP_SECRET: `${env.PIMBUZZ_APP_SECRET}\n` })),
    'app-secret',
    'problem',
    /nothing around the value/,
  ],
  [
    'quotes around the app id that docker --env-file keeps',
    withEnv((env) => ({ PIMBUZZ_APP_ID: `"${env.PIMBUZZ_APP_ID}"` })),
    'app-id',
    'problem',
    /nothing around the value/,
  ],
  [
    'the placeholder of an example',
    withEnv(() => ({ PIMBUZZ_APP_SECRET: 'your-app-secret' })),
    'app-secret',
    'problem',
    /dashboard/,
  ],
  [
    'a wrong secret',
    withEnv(() => ({ PIMBUZZ_APP_SECRET: 'f'.repeat(32) })),
    'credentials',
    'problem',
    /^Copy the secret of this app from the dashboard of Pimbuzz: it may be that of another app or provider/,
  ],
  [
    'an app that does not exist',
    withEnv(() => ({ PIMBUZZ_APP_ID: '123' })),
    'credentials',
    'problem',
    /^Copy the app id from the dashboard of Pimbuzz.*A local provider that was started anew may have another app/,
  ],
  [
    'the secret of the other provider in both',
    withEnv((env) => ({
      LOOKLOOX_URL: env.PIMBUZZ_URL,
      LOOKLOOX_APP_ID: '7',
      LOOKLOOX_APP_SECRET: env.PIMBUZZ_APP_SECRET,
    })),
    'app-secret',
    'problem',
    /Each provider gives each app a secret of its own/,
  ],
  [
    'a base URL that begins with http://',
    withEnv(() => ({ PIMBUZZ_URL: 'http://social.invalid' })),
    'base-url',
    'problem',
    /Set PIMBUZZ_URL to https:\/\/social\.invalid\./,
  ],
  [
    'a base URL with /api/oauth at its end',
    withEnv((env) => ({ PIMBUZZ_URL: `${env.PIMBUZZ_URL}/api/oauth` })),
    'base-url',
    'problem',
    /Set PIMBUZZ_URL to http:\/\/127\.0\.0\.1:\d+\. /,
  ],
  [
    'a base URL without https://',
    withEnv(() => ({ PIMBUZZ_URL: 'social.invalid/' })),
    'base-url',
    'problem',
    /Set PIMBUZZ_URL to https:\/\/social\.invalid\./,
  ],
  ['an empty base URL', withEnv(() => ({ PIMBUZZ_URL: '' })), 'base-url', 'problem', /Remove the line/],
  [
    'another host than the site calls itself',
    async () => {
      const provider = await openProvider({ siteURL: 'https://www.social.example' });
      return { env: { ...envFor(provider), PIMBUZZ_URL: `http://127.0.0.1:${provider.port}` } };
    },
    'site-address',
    'problem',
    /^Set PIMBUZZ_URL to https:\/\/www\.social\.example\. On another address nobody can sign in there/,
  ],
  [
    'a provider that does not run',
    async ({ env }) => {
      return { env: { ...env, PIMBUZZ_URL: (await reserveAddress()).url } };
    },
    'site',
    'problem',
    /npx passport-loginwith provider/,
  ],
  [
    'a host name that does not exist',
    withEnv(() => ({ PIMBUZZ_URL: 'https://pimbuz.invalid' })),
    'dns',
    'problem',
    /Check how it is written|does not answer/,
  ],
  [
    'the module switched off',
    async ({ env, provider }) => {
      provider.configure({ moduleEnabled: false });
      return { env };
    },
    'credentials',
    'problem',
    /administrator can switch it on/,
  ],
  [
    'a site in maintenance',
    async ({ env, provider }) => {
      provider.configure({ maintenance: true });
      return { env };
    },
    'site',
    'problem',
    /Wait until it is back/,
  ],
  [
    'another kind of site',
    async ({ env }) => {
      const { url } = await openServer((_req, res) => res.end('<!doctype html><title>My blog</title>'));
      return { env: { ...env, PIMBUZZ_URL: url } };
    },
    'site',
    'problem',
    /compare the address with PIMBUZZ_URL/,
  ],
  [
    'a site with a certificate that nobody signed',
    async ({ env, provider }) => ({
      env: { ...env, PIMBUZZ_URL: await openTLSProxy(provider.url, { isTrusted: false }) },
    }),
    'tls',
    'problem',
    /NODE_EXTRA_CA_CERTS/,
  ],
  [
    'certificates that are not checked',
    withEnv(() => ({ NODE_TLS_REJECT_UNAUTHORIZED: '0' })),
    'tls-verification',
    'problem',
    /^Remove it/,
  ],
  [
    'a session secret that is too short',
    withEnv(() => ({ SESSION_SECRET: 'fXq81-kzPw' })),
    'cookie-secret',
    'problem',
    /^Set SESSION_SECRET to what this prints: node -p/,
  ],
  [
    'a session secret of a tutorial',
    withEnv(() => ({ SESSION_SECRET: 'keyboard cat keyboard cat keyboard cat' })),
    'cookie-secret',
    'problem',
    /^Set SESSION_SECRET to what this prints: node -p/,
  ],
  [
    'the app secret as the session secret',
    withEnv((env) => ({ SESSION_SECRET: env.PIMBUZZ_APP_SECRET })),
    'cookie-secret',
    'problem',
    /^Set SESSION_SECRET to what this prints: node -p/,
  ],
  ['no session secret', withEnv(() => ({ SESSION_SECRET: undefined })), 'cookie-secret', 'problem', /^Set it to/],
  [
    'variables with the names of another package',
    withEnv((env) => ({ PIMBUZZ_APP_ID: undefined, PIMBUZZ_CLIENT_ID: env.PIMBUZZ_APP_ID })),
    'variables',
    'problem',
    /^Rename PIMBUZZ_CLIENT_ID to PIMBUZZ_APP_ID\./,
  ],
  [
    'a misspelt variable',
    withEnv((env) => ({ PIMBUZZ_APP_SECRET: undefined, PIMBUZ_APP_SECRET: env.PIMBUZZ_APP_SECRET })),
    'variables',
    'problem',
    /^Rename PIMBUZ_APP_SECRET to PIMBUZZ_APP_SECRET\./,
  ],
  [
    'a secret that is published in the pages of the app',
    withEnv((env) => ({ PIMBUZZ_APP_SECRET: undefined, NEXT_PUBLIC_PIMBUZZ_APP_SECRET: env.PIMBUZZ_APP_SECRET })),
    'variables',
    'problem',
    /published in the pages of the app: get a new secret/,
  ],
  [
    'no variables at all',
    () => ({ env: { SESSION_SECRET: sessionSecret } }),
    'variables',
    'problem',
    /^Set PIMBUZZ_APP_ID/,
  ],
  [
    'an old Node',
    ({ env }) => ({ env, nodeVersion: 'v18.20.4' }),
    'node',
    'problem',
    /^Install Node 20\.19 or newer, and run the app with it\.$/,
  ],
  [
    'a clock that is wrong by an hour',
    ({ env }) => {
      const { now } = Date;
      jest.spyOn(Date, 'now').mockImplementation(() => now() + 60 * 60_000);
      return { env };
    },
    'clock',
    'problem',
    /NTP/,
  ],
  [
    'a "#" in the redirect URL',
    register('https://app.invalid/#/auth/pimbuzz/callback'),
    'redirect-url',
    'problem',
    /^Register https:\/\/app\.invalid\//,
  ],
  [
    'a "?" in the redirect URL',
    register('https://app.invalid/cb?provider=pimbuzz'),
    'redirect-url',
    'problem',
    /^Register https:\/\/app\.invalid\/cb, letter by letter/,
  ],
  [
    'a redirect URL without TLS',
    register('http://app.invalid/auth/pimbuzz/callback'),
    'redirect-url',
    'problem',
    /^Register https:\/\/app\.invalid\/auth\/pimbuzz\/callback/,
  ],
  [
    'a redirect URL that sites refuse',
    register('https://my_app.invalid/auth/pimbuzz/callback'),
    'redirect-url',
    'problem',
    /^Put the callback at an address without that/,
  ],
  [
    'a redirect URL of this machine for a public app',
    async () => {
      resolveTestNames();
      const { env, app } = await openApp(trustProxy, { host: 'app.test' });
      return { env, args: ['--app', app, '--redirect-url', 'http://localhost:3000/auth/pimbuzz/callback'] };
    },
    'redirect-url-app',
    'problem',
    /^Register a URL that begins with https:\/\/app\.test:\d+: a login ends only on the host on which it began/,
  ],
  [
    'a redirect URL with http for an app with https',
    async () => {
      const { env, app } = await openApp(trustProxy);
      return { env, args: ['--app', app, '--redirect-url', `${app.replace('https', 'http')}/auth/pimbuzz/callback`] };
    },
    'redirect-url-app',
    'problem',
    /^Register a URL that begins with https:\/\/localhost:\d+/,
  ],
  [
    'a redirect URL whose route is elsewhere',
    async () => {
      const site = await openSite();
      return { env: envFor(site.provider), args: ['--app', site.url, '--redirect-url', `${site.url}/auth/pimbuzz/cb`] };
    },
    'callback',
    'problem',
    /^Register the path at which the callback is mounted/,
  ],
  [
    'a redirect before the callback',
    async () => {
      const site = await openSite({
        before: (app) => {
          app.use((req, res, next) => {
            if (req.path.endsWith('/')) next();
            else res.redirect(301, `${req.path}/`);
          });
          app.use(sessions());
        },
      });
      return { env: envFor(site.provider), args: ['--redirect-url', `${site.url}/auth/pimbuzz/callback`] };
    },
    'callback',
    'problem',
    /^Register http:\/\/127\.0\.0\.1:\d+\/auth\/pimbuzz\/callback\/, so that no key takes a way round/,
  ],
  [
    'a login before the callback',
    async () => {
      const site = await openSite({
        before: (app) => {
          app.use(sessions());
          app.use('/auth', (_req, res) => res.redirect('/login'));
        },
      });
      return { env: envFor(site.provider), args: ['--redirect-url', `${site.url}/auth/pimbuzz/callback`] };
    },
    'callback',
    'problem',
    /such as a guard that asks for a login/,
  ],
  [
    'trust proxy is missing',
    async () => {
      const { env, app } = await openApp(() => undefined);
      return { env, args: ['--app', app] };
    },
    'proxy-scheme',
    'problem',
    /app\.set\('trust proxy', 1\).*X-Forwarded-Proto/,
  ],
  [
    'a proxy that does not pass the host on',
    async () => {
      const { env, app } = await openApp(trustProxy, {
        request: (headers) => {
          headers.host = '10.0.0.7:3000';
          delete headers['x-forwarded-host'];
        },
      });
      return { env, args: ['--app', app] };
    },
    'proxy-host',
    'warning',
    /proxy_set_header Host \$host/,
  ],
  [
    'a proxy that changes the cookie of the login',
    async () => {
      const { env, app } = await openApp(trustProxy, { cookie: (cookie) => cookie.replace('Lax', 'Strict') });
      return { env, args: ['--app', app] };
    },
    'attempt-cookie',
    'problem',
    /Set-Cookie on unchanged/,
  ],
  [
    'the start is elsewhere',
    async () => {
      const site = await openSite({ mount: '/account' });
      return { env: envFor(site.provider), args: ['--app', site.url] };
    },
    'start',
    'problem',
    /^There is one at \/account\/auth\/pimbuzz: .* --start \/account\/auth\/pimbuzz\.$/,
  ],
  [
    'no session before loginWith()',
    async () => {
      const site = await openSite({ before: () => undefined });
      return { env: envFor(site.provider), args: ['--app', site.url] };
    },
    'start',
    'problem',
    /^Put the session middleware before loginWith\(\)/,
  ],
  [
    'an app that has not read .env',
    async ({ env }) => {
      const site = await openSite();
      return { env: { ...env, SESSION_SECRET: cookieSecret }, args: ['--app', site.url] };
    },
    'start-provider',
    'problem',
    /node --env-file=\.env/,
  ],
  [
    'an app that does not run',
    async ({ env }) => ({ env, args: ['--app', (await reserveAddress()).url] }),
    'app',
    'problem',
    /^Start it\. If it stops because an option is missing, it did not load \.env/,
  ],
  [
    'a session cookie with SameSite=Strict and the bare strategy',
    async ({ env, provider }) => {
      const { url } = await openServer((req, res) => {
        res.setHeader('Set-Cookie', 'sid=1; HttpOnly; SameSite=Strict');
        const isStart = req.url === '/auth/pimbuzz';
        const location = `${provider.url}/api/oauth?app_id=${env.PIMBUZZ_APP_ID}`;
        res.writeHead(isStart ? 302 : 404, { location, 'cache-control': 'no-store' }).end();
      });
      return { env, args: ['--app', url] };
    },
    'session-cookie',
    'problem',
    /^Set sameSite to 'lax'/,
  ],
  [
    'a cache that keeps the start',
    async ({ env, provider }) => {
      const { url } = await openServer((_req, res) => {
        const location = `${provider.url}/api/oauth?app_id=${env.PIMBUZZ_APP_ID}`;
        res.setHeader('Set-Cookie', 'loginwith-pimbuzz=one-for-all; Max-Age=600; Path=/; HttpOnly; SameSite=Lax');
        res.writeHead(302, { location, 'cache-control': 'no-store' }).end();
      });
      return { env, args: ['--app', url] };
    },
    'cache',
    'problem',
    /^Switch caching off for the login routes/,
  ],
];

describe('the doctor finds', () => {
  test.each(mistakes)('%s', async (_mistake, plant, id, status, advice) => {
    const provider = await openProvider();
    const diagnosis = await diagnose(await plant({ provider, env: envFor(provider) }));
    expect(diagnosis.checks.filter((check) => check.id === id)).toContainEqual(
      expect.objectContaining({ status, advice: expect.stringMatching(advice) }),
    );
    expect(diagnosis.code).toBe(diagnosis.bad.some((each) => each.endsWith('problem')) ? 1 : 0);
    const check = diagnosis.find(id)!;
    expect(diagnosis.text).toContain(`${check.checked}: ${check.found}`);
  });
});
