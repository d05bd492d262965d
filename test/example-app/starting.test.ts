import { statSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { SetUpError } from '../../example-app/config.js';
import { findFreePort } from '../support/free-port.js';
import { anyPort, Browser, useExample } from './running-example.js';

const example = useExample();

describe('starting', () => {
  test.each(['PORT', 'PIMBUZZ_PORT', 'LOOKLOOX_PORT'])('names the port of %s when it is taken', async (variable) => {
    const squatter = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => squatter.once('listening', resolve));
    const { port } = squatter.address() as AddressInfo;
    await example.app.close();
    const starting = example.start({ ...anyPort, [variable]: String(port) });
    await expect(starting).rejects.toThrow(SetUpError);
    await expect(starting).rejects.toThrow(new RegExp(`^Port ${port}, .* is taken: .* set ${variable} to another\\.$`));
    squatter.close();
  });

  test('leaves nothing running when it fails', async () => {
    const taken = String(example.site('lookloox').port);
    const port = String(await findFreePort());
    const starting = example.start({ PORT: port, PIMBUZZ_PORT: '0', LOOKLOOX_PORT: taken });
    await expect(starting).rejects.toThrow(SetUpError);
    await expect(fetch(`http://127.0.0.1:${port}/`)).rejects.toMatchObject({ cause: { code: 'ECONNREFUSED' } });
  });

  test('with credentials sends people to the real site, and starts no local one', async () => {
    await example.restart({ ...anyPort, PIMBUZZ_APP_ID: '123', PIMBUZZ_APP_SECRET: 'abc' });
    expect([...example.app.local.keys()]).toEqual(['lookloox']);
    const page = await new Browser(example.url).get('/auth/pimbuzz');
    expect(page.location).toBe('https://pimbuzz.com/api/oauth?app_id=123');
  });

  test('with a URL and credentials sends people to that site', async () => {
    const { url, apps } = example.site('pimbuzz');
    const { appId, appSecret } = apps[0]!;
    await example.restart({
      ...anyPort,
      LOOKLOOX_URL: `${url}/`,
      LOOKLOOX_APP_ID: appId,
      LOOKLOOX_APP_SECRET: appSecret,
    });
    const browser = new Browser(example.url);
    expect((await browser.get('/auth/lookloox')).location).toBe(`${url}/api/oauth?app_id=${appId}`);
    expect((await browser.get('/')).text).toContain('Log in with Look Loox');
  });

  test('behind a proxy that speaks https registers its address, and makes cookies for https only', async () => {
    const { port } = new URL(example.url);
    await example.restart({ ...anyPort, PORT: port, APP_URL: 'https://app.example/', TRUST_PROXY: '1' });
    const { site } = example;
    expect(example.url).toBe('https://app.example');
    expect(site('pimbuzz').apps[0]!.redirectURL).toBe('https://app.example/auth/pimbuzz/callback');

    const cookies: string[] = [];
    const proxied = async (url: string) => {
      const { pathname, search } = new URL(url);
      const answer = await fetch(`http://127.0.0.1:${port}${pathname}${search}`, {
        redirect: 'manual',
        headers: {
          accept: 'text/html',
          referer: 'https://app.example/',
          cookie: cookies.map((cookie) => cookie.split(';')[0]).join('; '),
          'x-forwarded-proto': 'https',
          'x-forwarded-host': 'app.example',
        },
      });
      cookies.push(...answer.headers.getSetCookie());
      return answer;
    };
    const answer = await site('pimbuzz').signIn(proxied, 'renee', { start: 'https://app.example/auth/pimbuzz' });
    expect(answer.headers.get('location')).toBe('/me');
    expect(cookies.find((cookie) => cookie.startsWith('example.sid='))).toMatch(/; Secure/);
    for (const cookie of cookies) expect(cookie).toMatch(/; Secure/);
  });

  test('makes a secret that only its owner may read, and listens on this machine only', () => {
    expect(statSync(join(example.folder, 'session-secret')).mode & 0o777).toBe(0o600);
    expect(new URL(example.url).hostname).toBe('localhost');
    expect(new URL(example.site('pimbuzz').url).hostname).toBe('127.0.0.1');
  });
});
