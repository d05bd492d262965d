import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import request from 'supertest';
import { createProvider, startProvider } from '../../../lib/provider/index';
import { plainApp } from '../../support/plain-app';

let folder: string;
let state: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'provider-state-'));
  state = join(folder, 'pimbuzz.json');
});
afterEach(() => rmSync(folder, { recursive: true }));

const redirectURL = 'http://localhost:3000/cb';

describe('a provider with a state file', () => {
  test('reads the file of an older version, whose users lack fields and whose redirect URLs were not checked', () => {
    const app = { appId: '42', appSecret: '0'.repeat(32), ownerId: '2', name: 'Old', domain: '', description: '' };
    const user = { id: '2', username: 'ada', verified: false, activated: true, started: true, banned: false };
    const apps = [{ ...app, redirectURL: 'http://my_app:3000/ü', category: 'other', iconURL: '' }];
    writeFileSync(state, JSON.stringify({ format: 2, cookieSecret: 'x', users: [user], apps, grants: [] }));
    const provider = createProvider({ state });
    expect(provider.users).toMatchObject([{ username: 'ada', approved: true, hasPackage: true, admin: false }]);
    expect(provider.updateApp('42', { name: 'New' }).redirectURL).toBe('http://my_app:3000/ü');
    expect(() => provider.updateApp('42', { redirectURL: 'http://my_app:3000/' })).toThrow('"redirectURL" of an app');
  });

  test('keeps apps, users, grants and sessions over a restart', async () => {
    const first = await startProvider({ state });
    const agent = request.agent(plainApp(first));
    await first.signIn(agent, 'sam');
    first.addUser({ username: 'ada' });
    first.deleteUser('blank');
    first.updateUser('layla', { firstName: 'Leïla' });
    const app = first.createApp({ redirectURL, name: 'Second' });
    const gone = first.createApp({ redirectURL });
    first.updateApp(app, { description: 'Changed' });
    first.approve('ada', app);
    first.approve('layla', app);
    first.revoke('layla', app);
    first.deleteApp(gone);
    const signedIn = await request(first.url).post('/signin').send('user_id=3&return_to=/');
    const cookie = signedIn.headers['set-cookie']![0]!.split(';')[0]!;
    await first.close();

    const second = await startProvider({ state, port: first.port });
    try {
      expect(second.apps).toEqual(first.apps);
      expect(second.users).toEqual(first.users);
      expect(second.users.map(({ username }) => username)).toEqual(['renee', 'sam', 'layla', 'nogen', 'ada']);
      const response = await request(second.url)
        .get(`/api/oauth?app_id=${second.apps[0]!.appId}`)
        .set('cookie', cookie);
      expect(response.headers.location).toContain('?auth_key=');
      const accepted = JSON.parse(readFileSync(state, 'utf8')).grants;
      expect(accepted).toHaveLength(2);
      expect(accepted[1]).toMatchObject({ appId: app.appId, userId: second.users[4]!.id });
    } finally {
      await second.close();
    }
  });

  test('keeps a grant from the consent page', async () => {
    const first = await startProvider({ state });
    await first.signIn(request.agent(plainApp(first)));
    await first.close();
    const second = await startProvider({ state });
    await second.signIn(request.agent(plainApp(second)));
    expect(second.requests.map(({ endpoint }) => endpoint)).not.toContain('consent');
    await second.close();
  });

  test('takes users and redirect URL from the options when they are given', () => {
    createProvider({ state, redirectURL });
    const second = createProvider({ state, users: [{ username: 'ada' }], redirectURL: `${redirectURL}2` });
    expect(second.users.map(({ username }) => username)).toEqual(['ada']);
    expect(second.apps.map((app) => app.redirectURL)).toEqual([`${redirectURL}2`]);
  });

  test('gets a new app when the last one was deleted', () => {
    const first = createProvider({ state });
    first.deleteApp(first.apps[0]!);
    expect(createProvider({ state }).apps).toHaveLength(1);
  });

  test('lets only its owner read the file, and leaves no other file behind', () => {
    createProvider({ state });
    chmodSync(state, 0o644);
    createProvider({ state });
    expect(statSync(state).mode & 0o777).toBe(0o600);
    expect(readdirSync(folder)).toEqual(['pimbuzz.json']);
  });

  test('writes no secrets into a file or a link that somebody else put where it writes first', () => {
    const temporary = `${state}.${String(process.pid)}.tmp`;
    writeFileSync(temporary, '');
    chmodSync(temporary, 0o644);
    createProvider({ state });
    expect(statSync(state).mode & 0o777).toBe(0o600);
    const readable = join(folder, 'readable.json');
    writeFileSync(readable, 'nothing');
    symlinkSync(readable, temporary);
    createProvider({ state });
    expect(readFileSync(readable, 'utf8')).toBe('nothing');
    expect(lstatSync(state).isFile()).toBe(true);
  });

  test.each([
    ['{"format":2,"users":[', 'JSON'],
    ['"text"', 'it is not a state file'],
    ['{"format":1}', 'its format 1 is of an older version of this package; this version reads format 2'],
    ['{"format":9}', 'its format 9 is unknown; this version reads format 2'],
    ['{"format":2,"cookieSecret":"x","users":[],"apps":[]}', 'a part of it is missing'],
    ['{"format":2,"cookieSecret":"x","users":[{}],"apps":[],"grants":[]}', `a user's "username" must be a text`],
    ['{"format":2,"cookieSecret":"x","users":[],"apps":[{}],"grants":[]}', '"redirectURL" of an app'],
    ['{"format":2,"cookieSecret":"x","users":[],"apps":[],"grants":[{}]}', 'a grant is not complete'],
  ])('refuses %s and does not change the file', (text, reason) => {
    writeFileSync(state, text);
    expect(() => createProvider({ state })).toThrow(`the state file ${state} cannot be used (`);
    expect(() => createProvider({ state })).toThrow(reason);
    expect(readFileSync(state, 'utf8')).toBe(text);
  });

  test('throws when the file cannot be read or written', () => {
    expect(() => createProvider({ state: folder })).toThrow(`the state file ${folder} cannot be read`);
    expect(() => createProvider({ state: join(folder, 'no/where.json') })).toThrow('ENOENT');
  });

  test('loses no acknowledged change when it is killed', async () => {
    const program = `
      const { createProvider } = require('./lib/provider/index.ts');
      const provider = createProvider({ state: ${JSON.stringify(state)} });
      for (;;) console.log(provider.createApp({ redirectURL: ${JSON.stringify(redirectURL)} }).appId);
    `;
    const acknowledged: string[] = [];
    for (let kill = 0; kill < 3; kill += 1) {
      const child = spawn(process.execPath, ['-r', './test/support/ts-hook.cjs', '-e', program], {
        cwd: join(__dirname, '../../..'),
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      const before = acknowledged.length;
      for await (const line of createInterface({ input: child.stdout })) {
        acknowledged.push(line);
        if (acknowledged.length === before + 20) child.kill('SIGKILL');
      }
      if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
      expect(child.signalCode).toBe('SIGKILL');
      const kept = new Set(createProvider({ state }).apps.map(({ appId }) => appId));
      expect(acknowledged.filter((appId) => !kept.has(appId))).toEqual([]);
    }
    expect(acknowledged.length).toBeGreaterThanOrEqual(60);
    expect(existsSync(state)).toBe(true);
  }, 30_000);
});
