import type { RequestListener } from 'node:http';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import express from 'express';
import request from 'supertest';
import { createProvider, startProvider } from '../../../lib/provider/index';
import { serving } from '../../support/plain-app';

const paths = ['/console', '/console/', '/Console/trouble', '/console/people', '/console/apps', '/console/events'];
const forms = ['/console/normal', '/CONSOLE/state', '/console/clock', '/console/people/new', '/console/apps/new/'];
const sentence = 'answers only to a browser on the machine that the provider runs on';

/** Each way to run a provider, where other machines may reach it too. */
async function atEveryProvider(use: (url: string) => Promise<void>): Promise<void> {
  const emitWarning = jest.spyOn(process, 'emitWarning').mockImplementation();
  const started = await Promise.all([
    startProvider(),
    startProvider({ host: '0.0.0.0' }),
    startProvider({ siteURL: 'http://pimbuzz.test' }),
  ]);
  emitWarning.mockRestore();
  for (const { port } of started) await use(`http://127.0.0.1:${String(port)}`);
  for (const provider of started) await provider.close();
  await serving(express().use(createProvider()), use);
}

test.each<Record<string, string>>([
  { host: 'evil.example' },
  { host: 'pimbuzz.test' },
  { host: '192.168.1.7:4000' },
  { host: 'localhost.evil.example' },
  { host: '' },
  { forwarded: 'for=192.0.2.7' },
  { via: '1.1 proxy' },
  { 'x-forwarded-for': '127.0.0.1' },
  { 'X-Forwarded-Host': 'localhost' },
  { 'x-forwarded-proto': 'http' },
  { 'x-real-ip': '192.0.2.7' },
])('the console is closed to a request with %j, for reading and for forms', async (headers) => {
  await atEveryProvider(async (url) => {
    for (const path of paths) {
      const response = await request(url).get(path).set(headers);
      expect([path, response.status]).toEqual([path, 403]);
      expect(response.text).toContain(sentence);
      expect(response.text).not.toContain('Renée');
    }
    for (const path of forms) {
      const response = await request(url).post(path).set(headers).type('form').send('seconds=61&username=eve');
      expect([path, response.status]).toEqual([path, 403]);
    }
    expect((await request(url).get('/console/people')).text).not.toContain('@eve');
    expect((await request(url).get('/console')).text).not.toContain('ahead');
  });
});

test('the console is open to this machine, however the provider runs', async () => {
  await atEveryProvider(async (url) => {
    const { port } = new URL(url);
    for (const host of ['localhost', `localhost:${port}`, `127.0.0.1:${port}`, `[::1]:${port}`, 'pimbuzz.localhost']) {
      expect((await request(url).get('/console').set({ host })).status).toBe(200);
      expect((await request(url).post('/console/normal').set({ host })).status).toBe(303);
    }
  });
});

test.each(['192.0.2.7', '::ffff:192.0.2.7', '2001:db8::1', '10.127.0.1'])(
  'the console is closed to the address %s, whatever it calls itself',
  async (address) => {
    await serving(from(address, createProvider()), async (url) => {
      expect((await request(url).get('/console').set({ host: 'localhost' })).status).toBe(403);
    });
  },
);

test('the console is open to an address of this machine in IPv6 as in IPv4', async () => {
  for (const address of ['::1', '::ffff:127.0.0.1', '127.3.2.1']) {
    await serving(from(address, createProvider()), async (url) => {
      expect((await request(url).get('/console')).status).toBe(200);
    });
  }
});

test('the console is closed to HTTP/1.0, which is how nginx forwards unless it is told otherwise', async () => {
  await serving(createProvider(), async (url) => {
    const socket = connect(Number(new URL(url).port), '127.0.0.1');
    socket.write('GET /console HTTP/1.0\r\nHost: 127.0.0.1\r\n\r\n');
    expect(await text(socket)).toMatch(/^HTTP\/1\.1 403/);
  });
});

test.each<Record<string, string>>([
  { 'sec-fetch-site': 'cross-site' },
  { 'sec-fetch-site': 'same-site' },
  { origin: 'http://evil.example' },
  { origin: 'null' },
])('a form of another site, with %j, changes nothing', async (headers) => {
  const provider = createProvider();
  for (const path of forms) {
    const response = await request(provider).post(path).set(headers).type('form').send('on=maintenance&seconds=61');
    expect([path, response.status]).toEqual([path, 403]);
    expect(response.text).toContain('This form came from another site');
  }
  // A stream costs a connection, and another site’s page cannot read it anyway.
  expect((await request(provider).get('/console/events').set(headers)).status).toBe(403);
  expect((await request(provider).get('/console').set(headers)).text).toContain('Everything is normal');
});

test('no visit changes anything', async () => {
  const provider = createProvider();
  const changes = '?on=maintenance&endpoint=oauth&keep=hang&seconds=61&username=eve&app=1&user=2';
  for (const path of ['state', 'fault', 'normal', 'clock', 'revoke', 'people/2/delete']) {
    expect((await request(provider).get(`/console/${path}${changes}`)).status).toBe(404);
  }
  await request(provider).get(`/console/people/new${changes}`);
  expect((await request(provider).get('/console')).text).toContain('Everything is normal');
  expect(provider.users).toHaveLength(5);
});

test('the pages link the console where it answers, and nowhere else', async () => {
  const provider = createProvider();
  const link = '<a href="/console">';
  for (const path of ['/', '/developers', '/developers/errors']) {
    expect((await request(provider).get(path)).text).toContain(link);
    expect((await request(provider).get(path).set({ 'x-forwarded-for': '192.0.2.7' })).text).not.toContain(link);
  }
});

/** Requests as they come from a machine with this address. */
function from(address: string, handler: RequestListener): RequestListener {
  return (req, res) => {
    Object.defineProperty(req.socket, 'remoteAddress', { value: address, configurable: true });
    handler(req, res);
  };
}
