import express from 'express';
import request from 'supertest';
import { createProvider, startProvider, type LocalProvider, type ProviderControls } from '../../../lib/provider/index';
import { validApp } from '../../support/dashboard-site';
import { serving } from '../../support/plain-app';

const form = 'application/x-www-form-urlencoded';

describe('a form', () => {
  const provider = createProvider();

  test.each<[Record<string, string>, number]>([
    [{ 'sec-fetch-site': 'cross-site' }, 403],
    [{ 'sec-fetch-site': 'same-site' }, 403],
    [{ 'sec-fetch-site': 'same-origin' }, 303],
    [{ 'sec-fetch-site': 'none' }, 303],
    [{ origin: 'http://evil.example' }, 403],
    [{ origin: 'null' }, 403],
    [{ host: 'localhost', origin: 'http://localhost' }, 303],
    [{}, 303],
  ])('with %j gets %s', async (headers, status) => {
    for (const path of ['/signin', '/signout', '/oauth/accept']) {
      const response = await request(provider).post(path).type('form').send('user_id=3').set(headers);
      expect(response.status).toBe(status);
      // A refused form neither signs in nor out: the only cookie is that of the script.
      if (status === 403) expect(response.headers['set-cookie']).toEqual([expect.stringMatching(/^PHPSESSID/)]);
    }
  });
});

/** Serves a provider while `use` runs. */
type Serve = (use: (url: string, controls: ProviderControls) => Promise<void>) => Promise<void>;

const started =
  (options: { host?: string; siteURL?: string }): Serve =>
  async (use) => {
    const emitWarning = jest.spyOn(process, 'emitWarning').mockImplementation();
    const provider: LocalProvider = await startProvider(options);
    emitWarning.mockRestore();
    try {
      await use(`http://127.0.0.1:${String(provider.port)}`, provider);
    } finally {
      await provider.close();
    }
  };

const providers: readonly [string, Serve][] = [
  ['on loopback', started({})],
  ['on all addresses', started({ host: '0.0.0.0' })],
  ['with a siteURL', started({ siteURL: 'http://pimbuzz.test' })],
  [
    'in an app',
    async (use) => {
      const provider = createProvider();
      await serving(express().use(provider), (url) => use(url, provider));
    },
  ],
];

/** The session cookie of the first user; it is the same for all hosts on one port. */
async function cookieOf(url: string): Promise<string> {
  const { headers } = await request(url).post('/signin').send('user_id=2&return_to=/');
  return headers['set-cookie']![0]!.split(';')[0]!;
}

describe('a page of another site whose name leads to this machine (DNS rebinding)', () => {
  describe.each(providers)('at a provider %s', (_where, serve) => {
    test('changes nothing', async () => {
      await serve(async (url, { apps, requests }) => {
        const [app] = apps;
        const cookie = await cookieOf(url);
        const host = `evil.example:${new URL(url).port}`;
        const headers = { host, origin: `http://${host}`, 'sec-fetch-site': 'same-origin', cookie };
        const forms: [string, Record<string, string>][] = [
          ['/signin', { user_id: '2' }],
          ['/signout', {}],
          ['/oauth/accept', { app_id: app!.appId }],
          ['/developers/apps/new', { ...validApp }],
          [`/Developers/apps/${app!.appId}/edit`, { ...validApp, redirectURL: 'http://evil.example' }],
          [`/developers/apps/${app!.appId}/delete/`, {}],
          [`/settings/apps/${app!.appId}/remove`, {}],
        ];
        for (const [path, fields] of forms) {
          const response = await request(url).post(path).set(headers).type(form).send(fields);
          expect([path, response.status]).toEqual([path, 403]);
          expect(response.text).toContain('does not answer to that name');
          expect(String(response.headers['set-cookie'])).toMatch(/^PHPSESSID=\w+; path=\/$/);
        }
        expect(apps).toEqual([app]);
        expect(requests).toEqual([]);
      });
    });

    test('reads neither secrets nor users, not even with the cookie of a user', async () => {
      await serve(async (url, { apps: [app] }) => {
        const cookie = await cookieOf(url);
        const host = `evil.example:${new URL(url).port}`;
        const home = `/developers/apps/${app!.appId}`;
        for (const path of ['/', '/started', '/signin', '/developers/apps', home, `${home}/edit`, '/settings/apps']) {
          const response = await request(url).get(path).set({ host, cookie });
          expect(response.status).not.toBe(200);
          for (const secret of [app!.appSecret, app!.redirectURL, 'renee', 'Renée']) {
            expect(response.text).not.toContain(secret);
          }
        }
      });
    });
  });
});

describe('the sign-in', () => {
  const named = 'localhost pimbuzz.localhost localhost:1 127.0.0.1 127.1.2.3 [::1] [::1]:4000'.split(' ');
  const addresses = ['192.168.1.7', '192.168.1.7:4000', '[fe80::7]:4000'];
  const others = [
    'evil.example',
    'localhost.evil.example',
    'evillocalhost',
    '127.0.0.1.evil.example',
    'evil.example@localhost',
    'localhost/evil',
    '192.168.1.7.evil.example',
    '999.9.9.9',
    'www.pimbuzz.test',
    '[::1',
    '',
  ];

  test.each<[string, Serve, readonly string[], readonly string[]]>([
    ['on loopback', started({}), named, [...addresses, ...others, 'pimbuzz.test']],
    ['on all addresses', started({ host: '0.0.0.0' }), [...named, ...addresses], [...others, 'pimbuzz.test']],
    [
      'with a siteURL',
      started({ siteURL: 'http://pimbuzz.test' }),
      [...named, 'pimbuzz.test', 'PIMBUZZ.test:80'],
      [...addresses, ...others],
    ],
    ['in an app', providers[3]![1], [...named, ...addresses], [...others, 'pimbuzz.test']],
  ])('of a provider %s works on the names that are surely its own', async (_where, serve, own, foreign) => {
    await serve(async (url) => {
      const statusOf = async (host: string): Promise<[string, number]> => {
        const response = await request(url).post('/signin').set({ host }).send('user_id=2');
        return [host, response.status];
      };
      expect(await Promise.all(own.map(statusOf))).toEqual(own.map((host) => [host, 303]));
      expect(await Promise.all(foreign.map(statusOf))).toEqual(foreign.map((host) => [host, 403]));
    });
  });
});

test('an app keeps its own forms, also on a name that is no provider’s', async () => {
  const app = express()
    .use(createProvider())
    .use((_req, res) => void res.status(418).send('the app'));
  const response = await request(app).post('/feedback').set({ host: 'app.test', origin: 'http://app.test' });
  expect(response.status).toBe(418);
});
