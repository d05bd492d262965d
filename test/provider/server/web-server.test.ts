import request from 'supertest';
import express from 'express';
import { createProvider, startProvider, type LocalProvider } from '../../../lib/provider/index';
import { sendRaw } from '../../support/raw-request';

let provider: LocalProvider;
beforeAll(async () => {
  provider = await startProvider({ version: '4.0', siteURL: 'http://localhost' });
});
afterAll(() => provider.close());

const host = { host: 'localhost' };

test.each([
  ['one with two slashes', '/api//authorize', 200],
  ['one with a dot segment', '/api/./authorize', 200],
  ['one with encoded dots', '/x/%2e%2e/api/authorize', 200],
  ['one with a fragment', '/api/authorize#x', 400],
  ['one with a broken escape', '/api/%ZZ', 400],
  ['one above the root', '/../api/authorize', 400],
  ['one with a null byte', '/api/authorize\0', 400],
  ['one with a blank in the name', '/api/authorize%20', 403],
  ['one with a line break in the name', '/api/authorize%0A', 403],
  ['one with an encoded question mark in the name', '/api/authorize%3Fx=1', 403],
  ['one with an encoded slash', '/api/authorize%2F', 404],
  ['one with an encoded null byte', '/api/authorize%00', 404],
  ['one of more than 8 KB', `/api/authorize?x=${'x'.repeat(8200)}`, 414],
  ['one of nearly 8 KB', `/api/authorize?x=${'x'.repeat(8100)}`, 200],
])('a request target, %s', async (_what, path, status) => {
  const response = await sendRaw(provider.port, path, { headers: host });
  expect(response.status).toBe(status);
  const isOwn = status !== 200;
  expect(response.headers['content-type']).toBe(isOwn ? 'text/html; charset=iso-8859-1' : 'application/json');
  expect(response.headers['set-cookie'] === undefined).toBe(isOwn);
});

test('refuses a header of 9 KB, and HTTP/1.1 without a host', async () => {
  const long = await sendRaw(provider.port, '/', { headers: { ...host, 'x-long': 'x'.repeat(9000) } });
  expect([long.status, String(long.body)]).toEqual([400, expect.stringContaining('<title>400 Bad Request</title>')]);
  expect((await sendRaw(provider.port, '/')).status).toBe(400);
  expect((await sendRaw(provider.port, '/', { httpVersion: '1.0' })).status).toBe(200);
});

test('echoes TRACE without a body', async () => {
  const { status, headers, body } = await sendRaw(provider.port, '/api/authorize', { method: 'TRACE', headers: host });
  expect([status, headers['content-type']]).toEqual([200, 'message/http']);
  expect(String(body)).toBe('TRACE /api/authorize HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n');
  const withBody = await sendRaw(provider.port, '/api/authorize', { method: 'TRACE', headers: host, body: 'x=1' });
  expect(withBody.status).toBe(413);
});

const whole = '{"error":true,"message":"Bad Request, invalid app_id"}';

test.each([
  ['bytes=0-3', 206, whole.slice(0, 4), 'bytes 0-3/54'],
  ['bytes=50-', 206, whole.slice(50), 'bytes 50-53/54'],
  ['bytes=50-99', 206, whole.slice(50), 'bytes 50-53/54'],
  ['bytes=-4', 206, whole.slice(50), 'bytes 50-53/54'],
  ['bytes=3-1', 200, whole, undefined],
  ['bytes=0-1,3-4', 200, whole, undefined],
  ['lines=0-3', 200, whole, undefined],
  ['bytes=54-', 416, expect.stringContaining('416 Requested Range Not Satisfiable'), 'bytes */54'],
])('range %s: %i', async (range, status, body, contentRange) => {
  const response = await sendRaw(provider.port, '/api/authorize', { headers: { ...host, range } });
  expect([response.status, String(response.body)]).toEqual([status, body]);
  expect(response.headers['content-range']).toBe(contentRange);
});

test('leaves the paths of an outer app to that app', async () => {
  const outer = express()
    .use(createProvider())
    .get('/files/:name', (req, res) => {
      res.send(req.params.name);
    });
  expect((await request(outer).get('/files/a%2Fb')).text).toBe('a/b');
  expect((await request(outer).get('/api/a%2Fb')).status).toBe(404);
});
