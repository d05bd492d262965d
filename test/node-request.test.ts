import express from 'express';
import { toLoginRequest, trustsEveryProxy } from '../lib/node-request';

const requestOf = (fields: object) => toLoginRequest({ headers: {}, socket: {}, ...fields } as never);

test.each<[string, object, object]>([
  ['method and URL', { method: 'POST', url: '/auth' }, { method: 'POST', url: '/auth' }],
  ['the URL before the app was mounted', { url: '/auth', originalUrl: '/app/auth' }, { url: '/app/auth' }],
  ['neither', {}, { method: 'GET', url: '/', host: '', returnTo: undefined }],
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
