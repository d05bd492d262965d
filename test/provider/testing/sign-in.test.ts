import express from 'express';
import request from 'supertest';
import { CookieJar } from 'tough-cookie';
import { createProvider, startProvider, type LocalProvider } from '../../../lib/provider/index';
import { plainApp, serving } from '../../support/plain-app';

describe('provider.signIn', () => {
  let provider: LocalProvider;
  beforeEach(async () => {
    provider = await startProvider();
  });
  afterEach(() => provider.close());

  test('logs the first user in at an app, with a supertest agent', async () => {
    const response = await provider.signIn(request.agent(plainApp(provider)));
    expect(response.status).toBe(200);
    expect(response.body.user_info).toMatchObject({ user_id: '2', user_name: 'renee' });
  });

  test('logs in a given user, by user name, id or object, one after the other', async () => {
    const agent = request.agent(plainApp(provider));
    const names = [];
    for (const user of ['sam', '4', provider.users[3]!]) {
      names.push((await provider.signIn(agent, user)).body.user_info.user_name);
    }
    expect(names).toEqual(['sam', 'blank', 'layla']);
  });

  test('goes through consent the first time and without a click the second time', async () => {
    const agent = request.agent(plainApp(provider));
    await provider.signIn(agent);
    await provider.signIn(agent);
    const endpoints = provider.requests.map(({ endpoint, status }) => `${endpoint} ${String(status)}`);
    const calls = ['authorize 200', 'get_user_info 200'];
    expect(endpoints).toEqual(['oauth 200', 'consent 303', ...calls, 'oauth 302', ...calls]);
  });

  test('works with a fetch that keeps cookies, whatever host is registered', async () => {
    const cookies = new CookieJar();
    const cookieFetch = async (url: string, init: RequestInit): Promise<Response> => {
      const response = await fetch(url, { ...init, headers: { cookie: cookies.getCookieStringSync(url) } });
      for (const cookie of response.headers.getSetCookie()) cookies.setCookieSync(cookie, url);
      return response;
    };
    await serving(plainApp(provider), async (url) => {
      const response = await provider.signIn(cookieFetch, 'sam', { start: `${url}/auth/pimbuzz` });
      await expect(response.json()).resolves.toMatchObject({ user_info: { user_name: 'sam' } });
    });
  });

  test('uses the host of the registered redirect URL for a fetch without a start URL', async () => {
    await serving(plainApp(provider), async (url) => {
      provider.updateApp(provider.apps[0]!, { redirectURL: `${url}/auth/pimbuzz/callback` });
      const headers = { cookie: 'attempt=yes' };
      const response = await provider.signIn((each, init) => fetch(each, { ...init, headers }));
      expect(response.status).toBe(200);
    });
  });

  test('starts at the given path', async () => {
    provider.updateApp(provider.apps[0]!, { redirectURL: 'https://app.example/in/callback' });
    const response = await provider.signIn(request.agent(plainApp(provider, '/in')), 'sam', { start: '/in' });
    expect(response.body.user_info.user_name).toBe('sam');
  });

  test('follows an app that redirects to the provider once more, but not for ever', async () => {
    const toProvider = `${provider.url}/api/oauth?app_id=${provider.apps[0]!.appId}`;
    let callbacks = 0;
    const app = express();
    app.get('/auth/pimbuzz', (_req, res) => res.redirect(toProvider));
    app.get('/auth/pimbuzz/callback', (_req, res) => {
      callbacks += 1;
      if (callbacks === 2) res.send('in');
      else res.redirect(toProvider);
    });
    expect((await provider.signIn(request.agent(app))).text).toBe('in');
    expect(callbacks).toBe(2);
    expect((await provider.signIn(request.agent(app))).headers.location).toBe(toProvider);
    expect(callbacks).toBe(7);
  });

  test('follows an app to the page of a failed callback at its own address, and no other redirect', async () => {
    const app = express();
    app.get('/auth/pimbuzz', (_req, res) => {
      res.redirect(`${provider.url}/api/oauth?app_id=${provider.apps[0]!.appId}`);
    });
    let target = '/auth/pimbuzz/callback';
    app.get('/auth/pimbuzz/callback', (req, res) => {
      if ('auth_key' in req.query) res.redirect(303, target);
      else res.status(403).send('failed');
    });
    await serving(app, async (url) => {
      const start = `${url}/auth/pimbuzz`;
      for (target of ['/auth/pimbuzz/callback', `${url}/auth/pimbuzz/callback`]) {
        const failed = await provider.signIn(request.agent(app));
        expect([failed.status, failed.text]).toEqual([403, 'failed']);
        const fetched = await provider.signIn((each, init) => fetch(each, init), 'sam', { start });
        expect([fetched.status, await fetched.text()]).toEqual([403, 'failed']);
      }
      target = '/welcome';
      expect((await provider.signIn(request.agent(app))).headers.location).toBe('/welcome');
    });
  });

  test('works with a provider in a server of the test’s own', async () => {
    const mounted = createProvider({ name: 'Look Loox' });
    await serving(mounted, async (url) => {
      const { apps, authorizeMethod } = mounted;
      const app = plainApp({ url, apps, authorizeMethod }, '/auth/lookloox');
      expect((await mounted.signIn(request.agent(app))).body.user_info.user_id).toBe('2');
    });
  });

  test('reaches a provider whose configured URL is not reachable', async () => {
    const elsewhere = await startProvider({ siteURL: 'https://pimbuzz.test' });
    try {
      const app = express();
      app.get('/auth/pimbuzz', (_req, res) => {
        res.redirect(`https://pimbuzz.test/api/oauth?app_id=${elsewhere.apps[0]!.appId}`);
      });
      app.get('/auth/pimbuzz/callback', (req, res) => {
        res.send(typeof req.query.auth_key);
      });
      expect(elsewhere.url).toBe('https://pimbuzz.test');
      expect((await elsewhere.signIn(request.agent(app))).text).toBe('string');
    } finally {
      await elsewhere.close();
    }
  });

  test('rejects when the app does not start a login', async () => {
    const agent = request.agent(express());
    await expect(provider.signIn(agent)).rejects.toThrow('signIn: /auth/pimbuzz sent 404 and not a redirect');
    const app = express().use((_req, res) => res.redirect('/login?secret=1'));
    await expect(provider.signIn(request.agent(app))).rejects.toThrow('sent 302 to /login and not a redirect');
  });

  test('rejects when the provider does not ask for consent, or does not send the browser back', async () => {
    const agent = request.agent(plainApp(provider));
    provider.configure({ moduleEnabled: false });
    await expect(provider.signIn(agent)).rejects.toThrow('sent 200 and no consent page');
    provider.configure({ moduleEnabled: true }).once('consent', { status: 503 });
    await expect(provider.signIn(agent)).rejects.toThrow(
      'signIn: the provider sent 503 and no redirect after the consent',
    );
  });

  test('rejects when the user does not exist', async () => {
    const agent = request.agent(plainApp(provider));
    await expect(provider.signIn(agent, 'nobody')).rejects.toThrow('there is no user "nobody" here');
    const deserted = createProvider({ users: [] });
    await expect(deserted.signIn(agent)).rejects.toThrow('signIn: this provider has no users');
  });
});
