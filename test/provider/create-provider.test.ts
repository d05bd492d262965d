import { createServer, type RequestListener } from 'node:http';
import connect from 'connect';
import express from 'express';
import request from 'supertest';
import { createProvider, type ProviderHandler } from '../../lib/provider/index';
import { plainApp, serving } from '../support/plain-app';

// The same function in version 4, which has no types here.
const express4 = jest.requireActual<typeof express>('express4');

const outerApps: [string, (provider: ProviderHandler) => RequestListener][] = [
  ['node:http', (provider) => provider],
  ['Express 5', (provider) => express().use(provider)],
  ['Express 4', (provider) => express4().use(provider)],
  ['connect', (provider) => connect().use(provider)],
];

test.each(outerApps)('a provider in %s takes part in a whole login', async (_name, mount) => {
  const provider = createProvider();
  await serving(mount(provider), async (url) => {
    const app = plainApp({ url, apps: provider.apps, authorizeMethod: provider.authorizeMethod });
    expect((await provider.signIn(request.agent(app), 'sam')).body.user_info.user_name).toBe('sam');
    expect((await fetch(`${url}/developers`)).status).toBe(200);
  });
});

test('a provider that is mounted in an app leaves unknown paths to the app', async () => {
  const app = express()
    .use(createProvider())
    .use((_req, res) => void res.status(418).send('the app'));
  for (const path of ['/nowhere', '/developers/nothing']) {
    expect(await request(app).get(path)).toMatchObject({ status: 418, text: 'the app' });
  }
  for (const path of ['/api/oauth/extra', '/content/nothing']) expect((await request(app).get(path)).status).toBe(404);
});

test('a provider on its own sends its 404 page for unknown paths', async () => {
  const provider = createProvider();
  for (const path of ['/nowhere', '/developers/nothing', '/developers/apps/1/2/3']) {
    const response = await request(provider).get(path);
    expect(response.status).toBe(404);
    expect(response.text).toContain('<title>404 Not Found</title>');
  }
});

test('the handler has the site’s name and the controls', () => {
  const provider = createProvider({ name: 'Look Loox' });
  const { name, version, authorizeMethod } = provider;
  expect({ name, version, authorizeMethod }).toEqual({ name: 'Look Loox', version: '4.2', authorizeMethod: 'POST' });
  expect(provider.once('authorize', 'reset').configure({ maintenance: true }).advance(1)).toBe(provider);
});

describe('a request that fails', () => {
  test('sends its status without an outer app, and passes the error on in one', async () => {
    const provider = createProvider();
    expect((await request(provider).get('/developers/apps/%ZZ')).status).toBe(400);
    const errors: unknown[] = [];
    const outer = createServer((req, res) => {
      provider(req, res, (error) => {
        errors.push(error);
        res.end();
      });
    });
    await request(outer).get('/developers/apps/%ZZ');
    expect(errors).toEqual([expect.objectContaining({ status: 400 })]);
  });

  test('warns of a failure of the provider, without the keys in its message, and sends 500', async () => {
    const provider = createProvider({
      now: () => {
        throw new Error('the clock is broken at /?auth_key=0123456789abcdef0123456789abcdef');
      },
    });
    const emitWarning = jest.spyOn(process, 'emitWarning').mockImplementation();
    try {
      const response = await request(provider).get('/api/get_user_info');
      expect(response).toMatchObject({ status: 500, text: 'the clock is broken at /?auth_key=***' });
      expect(emitWarning).toHaveBeenCalledWith(
        'the local provider failed: the clock is broken at /?auth_key=***',
        expect.objectContaining({ code: 'LOGINWITH_PROVIDER_FAILED' }),
      );
    } finally {
      emitWarning.mockRestore();
    }
  });
});
