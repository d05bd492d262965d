import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseEnv } from 'node:util';
import { runCommand } from '../../lib/cli';
import { createRedirectHints } from '../../lib/cli/provider/redirect-hints';
import { createRequestHints } from '../../lib/cli/provider/request-hints';
import { LoginWithClient } from '../../lib';
import type { LoggedRequest, RegisteredApp, User } from '../../lib/provider';
import { diagnose } from '../support/doctor.js';
import { pasted, startCommand, urlIn } from '../support/provider-command.js';
import { closeAll, openServer, reserveAddress } from '../support/strategy-app';
import { signIn } from '../../lib/provider/testing/sign-in';

afterEach(closeAll);

interface Site {
  url: string;
  appId: string;
  appSecret: string;
  /** What was printed on stderr since the last call. */
  told(): string[];
}

/** Runs the command for the time of a test. */
async function withCommand(args: string[], test: (site: Site) => Promise<void>): Promise<void> {
  let lines: string[] = [];
  let printed: (text: string) => void;
  const ready = new Promise<string>((resolve) => (printed = resolve));
  const stopped = ready.then((stdout) => {
    const env = parseEnv(pasted(stdout).env) as Record<string, string>;
    const told = (): string[] => lines.splice(0);
    return test({ url: urlIn(stdout), appId: env.PIMBUZZ_APP_ID!, appSecret: env.PIMBUZZ_APP_SECRET!, told });
  });
  await runCommand(['provider', '--port', '0', '--no-state', ...args], {
    stdout: (text) => printed(text),
    stderr: (text) => (lines = [...lines, text]),
    stopped,
  });
  await stopped;
}

const start = (site: Site, query: string): Promise<Response> => fetch(`${site.url}/api/oauth${query}`);
const authorizeByForm = ({ url }: Site, fields: Record<string, string>): Promise<Response> =>
  fetch(`${url}/api/authorize`, { method: 'POST', body: new URLSearchParams(fields) });
const authorizeByQuery = ({ url }: Site, fields: Record<string, string>): Promise<Response> =>
  fetch(`${url}/api/authorize?${new URLSearchParams(fields).toString()}`);

describe('what the app does wrong', () => {
  test('an unknown app id is told once, with the ones that are here and what to set', () =>
    withCommand([], async (site) => {
      await start(site, '?app_id=123456');
      await start(site, '?app_id=123456');
      await authorizeByForm(site, { app_id: '123456', app_secret: 'x', auth_key: 'k' });
      const appPage = `${site.url}/developers/apps/${site.appId}`;
      expect(site.told()).toEqual([
        `passport-loginwith: the app_id 123456 is not registered here; registered: ${site.appId} (My app). ` +
          `Set PIMBUZZ_APP_ID=${site.appId}, and PIMBUZZ_APP_SECRET to its secret (${appPage})\n`,
      ]);
      await authorizeByForm(site, { app_id: '99', app_secret: 'x', auth_key: 'k' });
      expect(site.told()).toEqual([expect.stringContaining('the app_id 99 is not registered here')]);
    }));

  test('a right id is not told, and neither are other pages', () =>
    withCommand([], async (site) => {
      await start(site, `?app_id=${site.appId}`);
      await start(site, `?app_id=+${site.appId}`);
      await fetch(`${site.url}/`);
      await fetch(`${site.url}/api/get_user_info?access_token=x`);
      await authorizeByForm(site, { app_id: site.appId, app_secret: site.appSecret, auth_key: 'wrong' });
      expect(site.told()).toEqual([]);
    }));

  test('the doctor, who asks for an app that does not exist, is no mistake', () =>
    withCommand([], async (site) => {
      const { url, appId, appSecret } = site;
      const env = { PIMBUZZ_URL: url, PIMBUZZ_APP_ID: appId, PIMBUZZ_APP_SECRET: appSecret };
      const { find } = await diagnose({ env });
      expect(find('credentials')?.status).toBe('ok');
      expect(site.told()).toEqual([]);
    }));

  test('a wrong secret is told once, and never printed', () =>
    withCommand([], async (site) => {
      const wrong = 'c0ffee'.repeat(5);
      await authorizeByForm(site, { app_id: site.appId, app_secret: wrong, auth_key: 'k' });
      await authorizeByForm(site, { app_id: site.appId, app_secret: '', auth_key: 'k' });
      expect(site.told()).toEqual([
        `passport-loginwith: app ${site.appId} sent a wrong app_secret, or none: ` +
          `set PIMBUZZ_APP_SECRET to the one on ${site.url}/developers/apps/${site.appId}\n`,
      ]);
      await start(site, `?app_id=${site.appSecret}`);
      expect(site.told().join()).not.toContain(site.appSecret);
    }));

  test.each([
    ['4.2', authorizeByQuery, 'in the query; version 4.2 reads a form body (POST,'],
    ['4.0', authorizeByForm, 'in a form body; version 4.0 reads the query (GET)'],
  ])('parameters in the wrong place for version %s are told', (version, authorize, message) =>
    withCommand(['--version', version], async (site) => {
      const fields = { app_id: site.appId, app_secret: site.appSecret, auth_key: 'k' };
      for (let calls = 0; calls < 3; calls++) await authorize(site, fields);
      expect(site.told()).toEqual([
        expect.stringContaining(`passport-loginwith: /api/authorize got its parameters ${message}`),
      ]);
    }),
  );

  test('passport-loginwith, which finds the right place by itself, is not told', () =>
    withCommand([], async (site) => {
      const { url: provider, appId, appSecret } = site;
      for (let restarts = 0; restarts < 2; restarts++) {
        const client = new LoginWithClient({ provider, appId, appSecret });
        await client.checkCredentials();
        await client.close();
      }
      expect(site.told()).toEqual([]);
    }));

  test('a fault that was switched on is not the app’s mistake', () => {
    const app = { appId: '5' } as RegisteredApp;
    const hintFor = createRequestHints(
      { url: 'http://127.0.0.1:4000', apps: [app], authorizeMethod: 'GET', version: '4.0' },
      'PIMBUZZ',
    );
    const error = 'Bad Request, invalid app_secret';
    const entry = { endpoint: 'authorize', path: '/api/authorize?app_id=5', form: {}, error } as LoggedRequest;
    expect(hintFor({ ...entry, fault: 'wrong_secret' })).toBeUndefined();
    expect(hintFor(entry)).toContain('PIMBUZZ_APP_SECRET');
  });

  test('calls without an app id are told, such as a JSON body', () =>
    withCommand([], async (site) => {
      await start(site, '?app_id=');
      await fetch(`${site.url}/api/authorize`, { method: 'POST', body: JSON.stringify({ app_id: site.appId }) });
      expect(site.told()).toEqual([
        `passport-loginwith: a login was started without an app_id: send the browser to ${site.url}/api/oauth?app_id=APP_ID\n`,
        'passport-loginwith: /api/authorize came without an app_id; version 4.2 reads a form body ' +
          '(POST, application/x-www-form-urlencoded)\n',
      ]);
    }));

  test('any page of any site can send ids: they are cut, harmless in a terminal, and not endless', () =>
    withCommand([], async (site) => {
      await start(site, `?app_id=${encodeURIComponent('\u001b[2J\u009b2J\n')}${'x'.repeat(1000)}`);
      const [line = ''] = site.told();
      // eslint-disable-next-line no-control-regex -- control characters are what must not be there
      expect(line).toMatch(/^[^\u0000-\u001f\u007f-\u009f]*\n$/);
      expect(line.length).toBeLessThan(400);
      for (let id = 1; id < 150; id++) await start(site, `?app_id=${id}`);
      expect(site.told()).toHaveLength(99);
    }));

  test('a redirect URL on which no app of this machine gets the key is told, once', () =>
    withCommand([], async (site) => {
      const hintFor = createRedirectHints(site);
      const key = '?auth_key=***';
      const { url, open } = await reserveAddress();
      const nobody = `nobody listens at the redirect URL ${url}/callback, so the browser cannot reach it (is the app`;
      expect(await hintFor({ location: `${url}/callback` })).toBeUndefined();
      expect(await hintFor({ location: `${url}/callback${key}`, fault: 'refused' })).toBeUndefined();
      expect(await hintFor({ location: `${url}/callback${key}` })).toContain(nobody);
      expect(await hintFor({ location: `${url}/callback${key}` })).toBeUndefined();
      expect(await hintFor({ location: `https://app.example/callback${key}` })).toBeUndefined();
      expect(await hintFor({ location: `myapp://callback#${key}` })).toBeUndefined();
      expect(await hintFor({ location: `https://app.example/callback#${key}` })).toBe(
        'the redirect URL https://app.example/callback has a "#", behind which the key never reaches the app: register ' +
          `the address of the app's callback on ${site.url}/developers/apps`,
      );
      await open();
      expect(await hintFor({ location: `${url}/other${key}` })).toBeUndefined();
      await closeAll();
    }));

  test('a redirect URL at which the app has no route is told, once, and the app is asked without the key', () =>
    withCommand([], async (site) => {
      const asked: unknown[] = [];
      const { url } = await openServer((req, res) => {
        asked.push([req.url, req.headers['sec-purpose']]);
        res.writeHead(req.url?.startsWith('/callback') ? 302 : 404, { location: '/wrong' }).end();
      });
      const hintFor = createRedirectHints(site);
      const key = 'auth_key=***';
      expect(await hintFor({ location: `${url}/callback?${key}` })).toBeUndefined();
      expect(await hintFor({ location: `${url}/callback?${key}` })).toBeUndefined();
      const both = await Promise.all([1, 2].map(() => hintFor({ location: `${url}/wrong?x=1?${key}` })));
      expect(both.filter((hint) => hint !== undefined)).toEqual([
        `the app has no route at the redirect URL ${url}/wrong (404): register the address of the app's callback on ` +
          `${site.url}/developers/apps`,
      ]);
      const question = ['/wrong?x=1', 'prefetch'];
      expect(asked).toEqual([['/callback', 'prefetch'], question, question]);
      await closeAll();
    }));

  test('and so it is after a login at the command’s provider', async () => {
    const { url: app } = await reserveAddress();
    const folder = mkdtempSync(join(tmpdir(), 'provider-hints-'));
    const command = await startCommand(['provider', '--port', '0', '--redirect-url', `${app}/cb`], { cwd: folder });
    try {
      const printed = command.stderrMatches(/nobody listens at the redirect URL \S+\/cb/);
      const { PIMBUZZ_APP_ID } = parseEnv(pasted(command.stdout()).env);
      const location = `${command.url}/api/oauth?app_id=${PIMBUZZ_APP_ID}`;
      // An app that only starts the login.
      const agent = (url: string) =>
        Promise.resolve({ status: url.endsWith('/auth') ? 302 : 200, headers: { location } });
      await signIn(agent, {
        user: { id: '2' } as User,
        start: '/auth',
        appURL: app,
        listeningURL: command.url,
        isStartURL: ({ origin }) => origin === command.url,
      });
      await printed;
    } finally {
      await command.stop();
      await closeAll();
    }
    rmSync(folder, { recursive: true });
  }, 20_000);

  test('is printed while the command runs', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'provider-hints-'));
    const command = await startCommand(['provider', '--port', '0'], { cwd: folder });
    try {
      const printed = command.stderrMatches(/the app_id 7 is not registered here/);
      await fetch(`${command.url}/api/oauth?app_id=7`);
      await printed;
    } finally {
      await command.stop();
    }
    rmSync(folder, { recursive: true });
  }, 20_000);
});
