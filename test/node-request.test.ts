import { IncomingMessage } from 'node:http';
import { Socket } from 'node:net';
import express from 'express';
import type { FrameworkRequest } from 'passport-loginwith';
import type { LoginRequest } from '../lib/login/outcome';
import type { ClientAddress } from '../lib/login/rate-limit-buckets';
import { originOf, toLoginRequest, trustsEveryProxy } from '../lib/node-request';
import { createFastifyApp, createKoaApp, type KoaApp } from './support/passport-frameworks';
import { closeAll, openServer } from './support/strategy-app';

afterEach(closeAll);

const requestOf = (fields: object) => toLoginRequest({ headers: {}, socket: {}, ...fields } as never);

test.each<[string, object, object]>([
  ['method and URL', { method: 'POST', url: '/auth' }, { method: 'POST', url: '/auth' }],
  ['the URL before the app was mounted', { url: '/auth', originalUrl: '/app/auth' }, { url: '/app/auth' }],
  ['neither', {}, { method: 'GET', url: '/', host: '', returnTo: undefined }],
  ['what it is, whatever the app has put on it', { url: '/auth', ctx: null, raw: null }, { url: '/auth' }],
  ['a Host header', { headers: { host: 'App.example:3000' } }, { host: 'app.example' }],
  ['an IPv6 address', { headers: { host: '[::1]:3000' } }, { host: '[::1]' }],
  [
    'the host name that a proxy tells',
    { hostname: 'app.example', headers: { host: 'inner' } },
    { host: 'app.example' },
  ],
  ['plain http', {}, { secure: false }],
  ['https', { socket: { encrypted: true } }, { secure: true }],
  ['https in front of a proxy', { secure: true }, { secure: true }],
  ['http in front of a proxy', { secure: false, socket: { encrypted: true } }, { secure: false }],
])('a login takes from a request: %s', (_name, fields, expected) => {
  expect(requestOf(fields)).toMatchObject(expected);
});

test.each(['request', 'req'])('a context that the app has put on the request is none of Koa (%s)', (name) => {
  const req: Record<string, unknown> = { headers: {}, socket: {}, url: '/auth' };
  req.ctx = { request: req, [name]: req };
  expect(toLoginRequest(req as never)).toMatchObject({ url: '/auth' });
  expect(trustsEveryProxy(req as never)).toBe(false);
});

test.each<[string, object]>([
  ['as "raw"', { raw: { headers: { host: 'other.example' }, url: '/other' } }],
  ['in a context like that of Koa', { ctx: createOtherContext() }],
])('a request of Node is itself, also with another one that the app has put on it %s', (_name, properties) => {
  const req = Object.assign(new IncomingMessage(new Socket()), { url: '/auth' }, properties);
  req.headers.host = 'app.example';
  expect(toLoginRequest(req)).toMatchObject({ url: '/auth', host: 'app.example' });
});

function createOtherContext(): object {
  const other: { req: object; request?: object } = { req: { headers: { host: 'other.example' }, socket: {} } };
  other.request = { ctx: other, url: '/other', hostname: 'other.example' };
  return other;
}

const proxiesOf = (setting: unknown) => {
  const app = express();
  app.set('trust proxy', setting);
  return app;
};

describe('the address that limits count', () => {
  const socket = { remoteAddress: '192.0.2.1' };

  test.each<[string, object, object]>([
    ['of the connection', { socket }, { address: '192.0.2.1' }],
    ['that the app has found out', { socket, ip: '203.0.113.1' }, { address: '203.0.113.1' }],
    [
      'that a proxy tells, if the app trusts one',
      { socket, ip: '203.0.113.1', app: proxiesOf(1) },
      { address: '203.0.113.1' },
    ],
    [
      'that the client can make up, with that of the connection',
      { socket, ip: '203.0.113.1', app: proxiesOf(true) },
      { address: '203.0.113.1', connection: '192.0.2.1' },
    ],
    [
      'of the connection, if nobody says otherwise',
      { socket, ip: '192.0.2.1', app: proxiesOf(true) },
      { address: '192.0.2.1' },
    ],
    [
      'that can be made up behind a socket without an address',
      { ip: '203.0.113.1', app: proxiesOf(true) },
      { address: '203.0.113.1', connection: 'unknown' },
    ],
    ['of nobody', {}, { address: undefined }],
  ])('is the one %s', (_name, fields, expected) => {
    expect(requestOf(fields).clientAddress()).toEqual(expected);
  });

  test.each<[string, number | boolean | string, string, object]>([
    ['in Fastify, that of the connection', false, 'fake, 203.0.113.1', { address: '127.0.0.1' }],
    ['in Fastify, the one of a trusted proxy', '127.0.0.1', 'fake, 203.0.113.1', { address: '203.0.113.1' }],
    [
      'in Fastify, one that the client can make up, with that of the connection',
      true,
      'fake, 203.0.113.1',
      { address: 'fake', connection: '127.0.0.1' },
    ],
  ])('is %s', async (_name, trustProxy, forwarded, expected) => {
    const probe = createProbe();
    const app = createFastifyApp(probe, { trustProxy });
    await fetch(`${await app.listen({ port: 0, host: '127.0.0.1' })}/auth`, {
      headers: { 'x-forwarded-for': forwarded },
    });
    await app.close();
    expect(probe.seen().address).toEqual(expected);
  });

  test.each<[string, object, string, object]>([
    ['in Koa, that of the connection', {}, 'fake, 203.0.113.1', { address: '127.0.0.1' }],
    [
      'in Koa, the one of a trusted proxy',
      { proxy: true, maxIpsCount: 1 },
      'fake, 203.0.113.1',
      { address: '203.0.113.1' },
    ],
    [
      'in Koa, one that the client can make up, with that of the connection',
      { proxy: true },
      'fake, 203.0.113.1',
      { address: 'fake', connection: '127.0.0.1' },
    ],
  ])('is %s', async (_name, settings, forwarded, expected) => {
    const probe = createProbe();
    const { url } = await openServer(createKoaApp(probe, (app) => Object.assign(app, settings)).callback());
    await fetch(`${url}/auth`, { headers: { 'x-forwarded-for': forwarded } });
    expect(probe.seen().address).toEqual(expected);
  });

  test.each<[unknown, boolean]>([
    [true, true],
    [() => true, true],
    [false, false],
    [1, false],
    [3, false],
    ['loopback', false],
    ['10.0.0.0/8, 192.168.0.1', false],
  ])('can be made up by every client with "trust proxy" %p: %p', (setting, expected) => {
    expect(trustsEveryProxy({ app: proxiesOf(setting) } as never)).toBe(expected);
  });
});

describe('behind a proxy that speaks https', () => {
  const headers = { 'x-forwarded-proto': 'https', 'x-forwarded-host': 'App.example:8443' };

  test.each([
    [true, { secure: true, host: 'app.example' }],
    [false, { secure: false, host: '127.0.0.1' }],
  ])('Fastify’s setting decides: %p', async (trustProxy, expected) => {
    const probe = createProbe();
    const app = createFastifyApp(probe, { trustProxy });
    await fetch(`${await app.listen({ port: 0, host: '127.0.0.1' })}/auth`, { headers });
    await app.close();
    expect(probe.seen()).toMatchObject(expected);
  });

  test.each([
    [true, { secure: true, host: 'app.example' }],
    [false, { secure: false, host: '127.0.0.1' }],
  ])('Koa’s setting decides: %p', async (proxy, expected) => {
    const probe = createProbe();
    const { url } = await openServer(createKoaApp(probe, (app) => (app.proxy = proxy)).callback());
    await fetch(`${url}/auth`, { headers });
    expect(probe.seen()).toMatchObject(expected);
  });
});

describe('a URL that the app has rewritten is taken as the browser knows it', () => {
  test('in Fastify', async () => {
    const probe = createProbe();
    const app = createFastifyApp(probe, { rewriteUrl: ({ url }: { url: string }) => url.replace('/outer', '/inner') });
    await fetch(`${await app.listen({ port: 0, host: '127.0.0.1' })}/outer/auth?x=1`);
    await app.close();
    expect(probe.seen().url).toBe('/outer/auth?x=1');
  });

  test('in Koa', async () => {
    const probe = createProbe();
    const mount = (app: KoaApp) =>
      app.use((context, next) => {
        context.path = '/auth';
        return next();
      });
    const { url } = await openServer(createKoaApp(probe, mount).callback());
    await fetch(`${url}/outer/auth?x=1`);
    expect(probe.seen().url).toBe('/outer/auth?x=1');
  });
});

describe('the origin of the app', () => {
  const inner = { host: 'inner:3000', 'x-forwarded-host': 'app.example:8443, other' };
  const socket = { remoteAddress: '192.0.2.1' };

  test.each<[string, object, string | undefined]>([
    ['is that of the Host header', { headers: { host: 'App.example:3000' } }, 'http://app.example:3000'],
    [
      'is https on an encrypted connection',
      { headers: { host: 'app.example' }, socket: { encrypted: true } },
      'https://app.example',
    ],
    [
      'has no port that its scheme has anyway',
      { headers: { host: 'app.example:443' }, secure: true },
      'https://app.example',
    ],
    ['may be an IPv6 address', { headers: { host: '[::1]:3000' } }, 'http://[::1]:3000'],
    [
      'is the one that a trusted proxy tells, with its port',
      { headers: inner, socket, hostname: 'app.example', secure: true, app: proxiesOf(1) },
      'https://app.example:8443',
    ],
    [
      'is not the one that somebody else tells',
      { headers: inner, socket, hostname: 'inner', app: proxiesOf('10.0.0.1') },
      'http://inner:3000',
    ],
    [
      'has the host name that the app has found out otherwise',
      { headers: { host: 'inner:3000' }, hostname: 'app.example' },
      'http://app.example',
    ],
    [
      'has no path or user that a client puts into the host',
      { headers: { host: 'me@app.example/x' } },
      'http://app.example',
    ],
    ['is unknown without a host', {}, undefined],
    ['is unknown with a host that is none', { headers: { host: '[' } }, undefined],
  ])('%s', (_name, fields, expected) => {
    expect(originOf({ headers: {}, socket: {}, ...fields } as never)).toBe(expected);
  });
});

/** A strategy that keeps what it finds in a request, and accepts it. */
function createProbe() {
  let request: (LoginRequest & { address: ClientAddress }) | undefined;
  return {
    name: 'probe',
    authenticate(this: unknown, req: FrameworkRequest) {
      const found = toLoginRequest(req);
      // A connection has no address any more when it is closed.
      request = { ...found, address: found.clientAddress() };
      (this as { success: (user: object) => void }).success({});
    },
    seen: () => request!,
  };
}
