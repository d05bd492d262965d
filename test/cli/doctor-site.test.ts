import dns from 'node:dns';
import dnsPromises from 'node:dns/promises';
import type { RequestListener } from 'node:http';
import type { StartOptions } from 'passport-loginwith/provider';
import { closeProxies, diagnose, envFor, openTLSProxy, resolveTestNames } from '../support/doctor';
import { openForwardProxy, type ForwardProxy } from '../support/forward-proxy';
import { closeAll, openProvider, openServer } from '../support/strategy-app';

const forwardProxies: ForwardProxy[] = [];

afterEach(async () => {
  jest.restoreAllMocks();
  await Promise.all([closeAll(), closeProxies(), ...forwardProxies.splice(0).map(({ close }) => close())]);
});

async function diagnoseProvider(options: StartOptions, args: string[] = []) {
  const provider = await openProvider(options);
  return { provider, ...(await diagnose({ env: envFor(provider), args })) };
}

/** A site that is no local provider. */
async function diagnoseSite(listener: RequestListener, args: string[] = []) {
  const { url } = await openServer(listener);
  const env = { PIMBUZZ_APP_ID: '123456', PIMBUZZ_APP_SECRET: '0123456789abcdef'.repeat(2), PIMBUZZ_URL: url };
  return { url, ...(await diagnose({ env, args })) };
}

const unknownApp = {
  en: "We're sorry, but the application you're trying to use doesn't exist or has been disabled",
  fr: 'Nous sommes désolés, mais l’application que vous essayez d’utiliser n’existe pas ou a été désactivée',
};

/** A site with a language of its own. */
function siteIn(
  language: 'en' | 'fr',
  { method = 'POST', hasEnglish = true, hasFrench = true, headers = {} } = {},
): RequestListener {
  return (req, res) => {
    const url = new URL(req.url!, 'http://site.invalid');
    const lang = url.searchParams.get('lang')?.slice(0, 2) ?? language;
    const text = (lang === 'fr' && hasFrench) || !hasEnglish ? unknownApp.fr : unknownApp.en;
    const isUnread = url.pathname === '/api/authorize' && req.method !== method;
    const message = url.pathname.endsWith('user_info')
      ? 'Bad Request, invalid access_token'
      : isUnread
        ? 'Bad Request, invalid app_id'
        : text;
    res
      .writeHead(200, { 'content-type': 'application/json', ...headers })
      .end(JSON.stringify({ error: true, message }));
  };
}

describe('a site that works', () => {
  test.each([
    ['4.2', 'the body of a POST (as since 4.0.4)'],
    ['4.0', 'the query of a GET (as before 4.0.4)'],
    ['2.8', 'the query of a GET (as before 4.0.4)'],
  ] as const)('of version %s has no problem, and nothing is used up', async (version, dialect) => {
    const { provider, code, bad, find } = await diagnoseProvider({ version });
    expect(code).toBe(0);
    expect(bad.filter((each) => each !== 'script-version: warning')).toEqual([]);
    expect(find('dialect')).toMatchObject({ status: 'ok', found: dialect });
    expect(find('credentials')).toMatchObject({ status: 'ok', found: 'Pimbuzz accepts both' });
    expect(find('site-address')?.status).toBe('ok');
    expect(provider.requests.filter(({ endpoint }) => endpoint === 'oauth')).toEqual([]);
  });

  test('accepts id and secret that are swapped, and says so', async () => {
    const provider = await openProvider();
    const { PIMBUZZ_APP_ID, PIMBUZZ_APP_SECRET, ...env } = envFor(provider);
    const swapped = { ...env, PIMBUZZ_APP_ID: PIMBUZZ_APP_SECRET, PIMBUZZ_APP_SECRET: PIMBUZZ_APP_ID };
    expect((await diagnose({ env: swapped })).find('credentials')).toMatchObject({
      status: 'ok',
      found: 'Pimbuzz accepts both, once they are written right',
    });
  });

  test('reads the secret from the right place only', async () => {
    const provider = await openProvider();
    await diagnose({ env: envFor(provider) });
    expect(provider.requests.filter(({ path }) => path.includes('app_secret'))).toEqual([]);
  });

  test('of 4.2 is known to be new; of 2.8 may mix people up', async () => {
    expect((await diagnoseProvider({ version: '4.2' })).find('script-version')).toMatchObject({
      status: 'ok',
      found: '4.0.4 or newer',
    });
    expect((await diagnoseProvider({ version: '2.8' })).find('script-version')).toMatchObject({
      status: 'warning',
      advice: 'Ask whoever runs the site for its version. Offer no login with one before 3.2.1.',
    });
  });

  test.each([
    ['a translated message', siteIn('fr', { method: 'GET' })],
    [
      'the cookie of newer versions',
      siteIn('en', { method: 'GET', hasFrench: false, headers: { 'set-cookie': 'user_session=1' } }),
    ],
  ])('and an old dialect is told from 2.8 by %s', async (_what, listener) => {
    expect((await diagnoseSite(listener)).find('script-version')).toMatchObject({
      status: 'ok',
      found: 'older than 4.0.4, but newer than 2.8',
    });
  });

  test('may be French', async () => {
    const { find } = await diagnoseSite(siteIn('fr'));
    expect(find('language')).toMatchObject({ status: 'ok', found: expect.stringMatching(/in French, but in English/) });
    expect(find('credentials')).toMatchObject({ status: 'problem', found: 'Pimbuzz does not know the app' });
    expect((await diagnoseSite(siteIn('en'))).find('language')).toMatchObject({
      status: 'ok',
      found: 'its messages are in English',
    });
    expect((await diagnoseProvider({ language: 'fr' })).bad).toEqual([]);
  });

  test('and gives no English is warned of', async () => {
    const { find } = await diagnoseSite(siteIn('fr', { hasEnglish: false }));
    expect(find('language')).toMatchObject({ status: 'warning', found: expect.stringContaining('provider_error') });
  });

  test('and knows no app in either dialect is a problem', async () => {
    const { find } = await diagnoseSite(siteIn('en', { method: 'PUT' }));
    expect(find('dialect')).toMatchObject({
      status: 'problem',
      found: expect.stringContaining('neither to a GET nor'),
    });
    expect(find('credentials')?.status).toBe('not_checked');
  });

  test('may be in a subfolder', async () => {
    const listener = siteIn('en');
    const { url } = await openServer((req, res) => {
      req.url = req.url!.replace('/social/', '/');
      listener(req, res);
    });
    const env = { PIMBUZZ_URL: `${url}/social/`, PIMBUZZ_APP_ID: '1', PIMBUZZ_APP_SECRET: '2'.repeat(32) };
    expect((await diagnose({ env })).find('site-address')?.found).toBe(`it calls itself ${url}/social`);
  });

  test('over TLS shows how long its certificate is valid', async () => {
    const provider = await openProvider();
    for (const [days, status] of [
      [30, 'ok'],
      [2, 'warning'],
    ] as const) {
      const env = { ...envFor(provider), PIMBUZZ_URL: await openTLSProxy(provider.url, { validUntil: days + 0.5 }) };
      const { find } = await diagnose({ env });
      expect(find('tls')).toMatchObject({ status, found: `trusted, for ${days} more days` });
    }
  });
});

describe('a site that does not work', () => {
  test.each([
    [{ maintenance: true }, '4.2', /“System Message”.*in maintenance/, /Wait/],
    [{ maintenance: true, language: 'fr' as const }, '4.2', /in maintenance/, /Wait/],
    [{ databaseDown: true }, '4.2', /“Database Error”.*database is down/, /later/],
    [{ callerBanned: true }, '4.2', /banned the address of this machine/, /Ask whoever runs the site/],
    [{ databaseDown: true }, '2.8', /500 with an empty body/, /out of order, or has banned/],
    [{ debugging: true }, '2.8', /before its JSON/, /debug mode off/],
  ] as const)('with %j in version %s is explained', async (conditions, version, found, advice) => {
    const { code, find, bad } = await diagnoseProvider({ version, ...conditions });
    expect(code).toBe(1);
    expect(find('site')).toMatchObject({ found: expect.stringMatching(found), advice: expect.stringMatching(advice) });
    expect(bad).toEqual(['site: problem']);
    expect(find('credentials')).toMatchObject({ status: 'not_checked', found: 'the API of the site does not answer' });
  });

  test('because of its database refuses with a message of its own, which is not repeated', async () => {
    const { find, text } = await diagnoseProvider({ sqlError: "Duplicate entry 'x' for key 'y'" });
    expect(find('credentials')).toMatchObject({ status: 'problem', advice: expect.stringContaining('dashboard') });
    expect(text).not.toContain('Duplicate');
  });

  test.each([
    ['4.2', 'en'],
    ['4.2', 'fr'],
    ['2.8', 'fr'],
  ] as const)('with the module off in %s, %s, is told by the credentials', async (version, language) => {
    const { find } = await diagnoseProvider({ version, language, moduleEnabled: false });
    expect(find('credentials')).toMatchObject({
      status: 'problem',
      found: expect.stringContaining('switched "Log in With" off'),
    });
  });

  test.each([
    [403, '<title>Attention</title>', /answers 403/, /Something in front of it blocks this machine/],
    [404, 'Not found', /no API at/, /subfolder/],
    [502, 'Bad gateway', /answers 502/, /out of order/],
    [200, '<title>System Message</title>', /“System Message”/, /maintenance, or has banned/],
    [200, '{"hello":1}', /something else than the API does/, /compare the address/],
    [200, '<title>Hello \u001b[31m</title>', /“Hello/, /another kind of site/],
  ])('and answers %i with %j is explained', async (status, body, found, advice) => {
    const { find, text } = await diagnoseSite((_req, res) => {
      const type = body.startsWith('<') ? 'text/html' : 'application/json';
      res.writeHead(status, { 'content-type': type }).end(body);
    });
    expect(find('site')).toMatchObject({ found: expect.stringMatching(found), advice: expect.stringMatching(advice) });
    expect(text).not.toContain('\u001b');
  });

  test.each([
    ['https://www.social.example/api/get_user_info', 'https://www.social.example'],
    ['https://social.example/community/api/get_user_info', 'https://social.example/community'],
    ['https://social.example/', 'https://social.example'],
  ])('and redirects to %s is named %s', async (location, right) => {
    const { find } = await diagnoseSite((_req, res) => res.writeHead(301, { location }).end());
    expect(find('site-address')).toMatchObject({
      status: 'problem',
      advice: expect.stringContaining(`Set PIMBUZZ_URL to ${right}.`),
    });
    expect(find('credentials')?.status).toBe('not_checked');
  });

  test('and redirects to a page of its own has no API', async () => {
    const { find } = await diagnoseSite((_req, res) => res.writeHead(302, { location: '/login' }).end());
    expect(find('site')).toMatchObject({
      status: 'problem',
      found: expect.stringMatching(/a redirect to .*\/login, instead of JSON/),
    });
  });

  test('is not sent the secret where it redirects to', async () => {
    const reached: string[] = [];
    const elsewhere = await openServer((req, res) => {
      reached.push(req.url!);
      res.end();
    });
    const json = '{"error":true,"message":"Bad Request, invalid access_token"}';
    const { find } = await diagnoseSite((_req, res) => res.writeHead(302, { location: elsewhere.url }).end(json));
    expect(find('site-address')?.status).toBe('problem');
    expect(reached).toEqual([]);
  });

  test('because it never answers ends after the timeout', async () => {
    const { find } = await diagnoseSite(() => undefined, ['--timeout', '100']);
    expect(find('site')).toMatchObject({ status: 'problem', found: 'it did not answer in time' });
  });

  test.each([
    [{ validUntil: -1 }, /has expired \(CERT_HAS_EXPIRED\)/, /date of this machine/],
    [{ isTrusted: false }, /signed by nobody whom Node trusts/, /NODE_EXTRA_CA_CERTS/],
  ])('with the certificate %j is explained', async (options, found, advice) => {
    const provider = await openProvider();
    const env = { ...envFor(provider), PIMBUZZ_URL: await openTLSProxy(provider.url, options) };
    const { find } = await diagnose({ env });
    expect(find('tls')).toMatchObject({
      status: 'problem',
      found: expect.stringMatching(found),
      advice: expect.stringMatching(advice),
    });
    expect(find('site')).toMatchObject({ status: 'not_checked', found: 'there is no connection to it' });
  });

  test('with the certificate of another host is asked for with or without www.', async () => {
    resolveTestNames();
    const provider = await openProvider();
    const url = await openTLSProxy(provider.url, { host: 'social.test' });
    const env = { ...envFor(provider), PIMBUZZ_URL: url.replace('social.test', 'www.social.test') };
    expect((await diagnose({ env })).find('tls')).toMatchObject({
      found: 'is not for www.social.test (ERR_TLS_CERT_ALTNAME_INVALID)',
      advice: expect.stringContaining('perhaps it is social.test'),
    });
  });

  test('with a certificate of tomorrow is asked for the date', async () => {
    const provider = await openProvider();
    const env = { ...envFor(provider), PIMBUZZ_URL: await openTLSProxy(provider.url, { validFrom: 1 }) };
    expect((await diagnose({ env })).find('tls')?.found).toBe('is not valid yet (CERT_NOT_YET_VALID)');
  });

  test.each([
    ['ENOTFOUND', 'https://pimbuz.com', 'Did you mean https://pimbuzz.com?'],
    [
      'EAI_AGAIN',
      'https://pimbuzz.com',
      'The DNS of this machine does not answer. Check its network and its DNS server.',
    ],
  ])('whose address is not found, %s, is explained', async (code, url, advice) => {
    const error = Object.assign(new Error('no address'), { code });
    jest.spyOn(dnsPromises, 'lookup').mockRejectedValue(error);
    jest.spyOn(dns, 'lookup').mockImplementation((...all: unknown[]) => (all.at(-1) as (e: Error) => void)(error));
    const { find } = await diagnose({ env: { PIMBUZZ_URL: url, PIMBUZZ_APP_ID: '1' } });
    expect(find('dns')).toMatchObject({ status: 'problem', found: expect.stringContaining(code), advice });
  });

  test('with https where http is spoken is told so', async () => {
    const provider = await openProvider();
    const env = { ...envFor(provider), PIMBUZZ_URL: provider.url.replace('http:', 'https:') };
    const { find } = await diagnose({ env });
    expect(find('site')).toMatchObject({ advice: expect.stringContaining(`Set PIMBUZZ_URL to ${provider.url} if`) });
  });
});

describe('a proxy between this machine and the site', () => {
  /** A site that only a proxy reaches, and the variables that name both. */
  async function openHiddenSite() {
    const provider = await openProvider({ siteURL: 'https://social.invalid' });
    const url = await openTLSProxy(`http://127.0.0.1:${provider.port}`, { host: 'social.invalid' });
    const proxy = await openForwardProxy({
      port: Number(new URL(url).port),
      authorization: `Basic ${Buffer.from('user:pass-of-the-proxy').toString('base64')}`,
    });
    forwardProxies.push(proxy);
    const proxyURL = proxy.url.replace('//', '//user:pass-of-the-proxy@');
    const env = { ...envFor(provider), PIMBUZZ_URL: 'https://social.invalid', HTTPS_PROXY: proxyURL };
    return { proxy, env };
  }

  test('is found where the site is reached in no other way; the package must be told', async () => {
    const { proxy, env } = await openHiddenSite();
    const { code, find, text } = await diagnose({ env });
    expect(code).toBe(1);
    expect(find('proxy')).toMatchObject({
      status: 'problem',
      advice: expect.stringMatching(
        /NODE_USE_ENV_PROXY=1, or pass dispatcher: new ProxyAgent\(process.env.HTTPS_PROXY\)/,
      ),
    });
    expect(text).not.toContain('pass-of-the-proxy');
    expect(find('credentials')?.status).toBe('ok');
    expect(proxy.hosts).toContain('social.invalid:443');

    const told = await diagnose({ env, args: ['--proxy'] });
    expect(told).toMatchObject({ code: 0, bad: [] });

    const excepted = await diagnose({ env: { ...env, NO_PROXY: 'localhost,.invalid' } });
    expect(excepted.find('proxy')).toBeUndefined();
    expect(excepted.find('dns')?.status).toBe('problem');
  });

  test('is used with NODE_USE_ENV_PROXY=1, and a wrong password for it is told', async () => {
    const { env } = await openHiddenSite();
    const { code, bad, find } = await diagnose({ env: { ...env, NODE_USE_ENV_PROXY: '1' } });
    expect({ code, bad }).toEqual({ code: 0, bad: [] });
    expect(find('proxy')?.found).toContain('through HTTPS_PROXY');

    const wrongURL = env.HTTPS_PROXY.replace('pass-of-the-proxy', 'another-pass');
    const wrong = await diagnose({ env: { ...env, HTTPS_PROXY: wrongURL, NODE_USE_ENV_PROXY: '1' } });
    expect(wrong.find('site')).toMatchObject({ status: 'problem', found: expect.stringContaining('answered 407') });
    expect(wrong.text).not.toContain('another-pass');
  });

  test('is not needed where the site is reached without, and does not help where it is down', async () => {
    const provider = await openProvider();
    const proxy = await openForwardProxy({ port: 9 });
    forwardProxies.push(proxy);
    const env = { ...envFor(provider), HTTPS_PROXY: proxy.url };
    const reached = await diagnose({ env: { ...env, PIMBUZZ_URL: await openTLSProxy(provider.url) } });
    expect(reached.find('proxy')).toMatchObject({ status: 'ok', found: expect.stringContaining('HTTPS_PROXY is set') });
    const told = await diagnose({ env: { ...env, PIMBUZZ_URL: await openTLSProxy(provider.url) }, args: ['--proxy'] });
    expect(told.find('site')?.status).toBe('problem');
    const down = await diagnose({ env: { ...env, PIMBUZZ_URL: 'https://social.invalid' } });
    expect(down.find('proxy')).toMatchObject({ status: 'warning', found: expect.stringContaining('neither') });
  });
});
