import { startProvider, type LocalProvider } from '../../../lib/provider/index';
import { Browser } from '../../support/cookie-browser';
import { exchange } from '../../support/plain-app';

describe('the console', () => {
  let provider: LocalProvider;
  let browser: Browser;

  beforeEach(async () => {
    // A clock that stands still: only the console moves it.
    const now = Date.now();
    provider = await startProvider({ now: () => now });
    browser = new Browser(provider.url);
  });
  afterEach(() => provider.close());

  const app = () => provider.apps[0]!;
  const textAt = async (path: string) => (await browser.get(path)).text;
  const post = async (path: string, fields: Record<string, string>) => {
    const { status, location } = await browser.submit(path, {
      return_to: '/console/trouble?endpoint=oauth',
      ...fields,
    });
    return [status, location];
  };
  const wentBack = [303, '/console/trouble?endpoint=oauth'];

  test('lists the requests, newest first, in words and without a secret', async () => {
    await browser.get('/api/oauth?app_id=123');
    const key = 'f'.repeat(32);
    await exchange(provider, key);
    const { html, text } = await browser.get('/console');
    expect(text).toContain(`unknown app id 123 – the apps here are ${app().appId} (My app)`);
    expect(text).toMatch(/POST \/api\/authorize .* this key was never issued here .* Start .* GET \/api\/oauth/);
    expect(text).toContain(`app_id=${app().appId} & app_secret=*** & auth_key=***`);
    expect(text).toContain('Bad Request, invalid auth_key');
    expect(html).not.toContain(key);
    expect(html).not.toContain(app().appSecret);
  });

  test('speaks French', async () => {
    await browser.get('/api/oauth?app_id=123');
    browser.speaking('fr-CA, en;q=0.5');
    expect(await textAt('/console')).toContain('app_id 123 inconnu – les applications ici sont');
    for (const path of ['/console/trouble', '/console/people', '/console/people/2', '/console/apps']) {
      const { html } = await browser.get(path);
      expect(html).toContain('<html lang="fr">');
      expect(html).toContain('État du site');
    }
  });

  test('speaks the developer’s language, whatever the site’s own is', async () => {
    const french = await startProvider({ language: 'fr' });
    const developer = new Browser(french.url);
    for (const [accepted, heading] of [
      ['en-GB', 'What can go wrong'],
      ['de', 'What can go wrong'],
      ['fr', 'Ce qui peut mal tourner'],
    ] as const) {
      expect((await developer.speaking(accepted).get('/console/trouble')).text).toContain(heading);
    }
    await french.close();
  });

  test('shows what users and apps are called as text', async () => {
    const evil = '<script>alert(1)</script>';
    provider.updateUser('2', { firstName: evil, lastName: null });
    provider.updateApp(app(), { name: evil });
    provider.approve('2', app());
    await browser.submit('/signin', { user_id: '2' });
    await browser.get(`/api/oauth?app_id=${app().appId}&x=${evil}`);
    for (const path of ['/console', '/console/people', '/console/people/2', '/console/apps']) {
      const { html } = await browser.get(path);
      expect(html).toContain('&lt;script&gt;');
      expect(html).not.toContain('<script>');
    }
  });

  test('hides what came before, and says how many there are', async () => {
    for (let n = 1; n <= 201; n += 1) await fetch(`${provider.url}/api/nothing?n=${String(n)}&`);
    const all = await textAt('/console');
    expect(all).toContain('n=201&');
    expect(all).toContain('n=2&');
    expect(all).not.toContain('n=1&');
    expect(all).toContain('The newest 200 of 201 are shown.');
    const newer = await textAt('/console?after=200');
    expect(newer).toContain('n=201&');
    expect(newer).not.toContain('n=200&');
    expect(newer).toContain('Show all');
  });

  test('keeps to its own policy, which lets its script read the events and no more', async () => {
    const { headers } = await browser.fetch('/console');
    expect(headers.get('content-security-policy')).toBe(
      "default-src 'none'; style-src 'self'; script-src 'self'; img-src * data:; base-uri 'none'; " +
        "frame-ancestors 'none'; connect-src 'self'",
    );
    for (const [path, type] of [
      ['/console/style.css', 'text/css'],
      ['/console/script.js', 'text/javascript'],
    ] as const) {
      expect((await browser.get(path)).contentType).toBe(`${type}; charset=utf-8`);
    }
  });

  test('switches every state of the site on and off, and answers while the site is closed', async () => {
    expect(await textAt('/console')).toContain('Everything is normal');
    expect(await post('/console/state', { on: 'maintenance' })).toEqual(wentBack);
    expect(await textAt('/api/get_user_info')).toContain('under maintenance');
    expect((await browser.get('/console')).html).toContain('Switch off: Maintenance');
    expect(await textAt('/console')).not.toContain('Everything is normal');
    expect((await browser.get('/console/trouble')).html).toContain('value="/console/trouble#states"');
    expect(await post('/console/state', { off: 'maintenance' })).toEqual(wentBack);
    expect(await textAt('/api/get_user_info')).toContain('invalid access_token');
    await post('/console/state', { on: 'moduleEnabled' });
    expect(await textAt('/api/get_user_info?access_token=x')).toContain('developers module has been disabled');
    await post('/console/state', { on: 'databaseDown' });
    expect((await browser.get('/console')).text).toContain('Database down');
    expect(await post('/console/state', { on: 'nonsense' })).toEqual([400, null]);
  });

  test('sets a state that is no matter of yes or no to what is typed', async () => {
    const unknownApp = () => exchange({ ...provider, apps: [{ ...app(), appId: '7' }] }, 'x');
    await post('/console/state', { on: 'languages', value: 'en, fr' });
    expect(await post('/console/state', { on: 'language', value: 'fr' })).toEqual(wentBack);
    expect(await textAt('/console')).toContain('Language of the site: fr');
    expect((await unknownApp()).message).toContain('n’existe pas ou a été désactivée');
    expect((await browser.submit('/console/state', { on: 'language', value: 'xx' })).text).toContain('must be one of');
    await post('/console/state', { on: 'uploadsURL', value: 'https://cdn.test/u' });
    expect((await browser.get('/console/trouble')).html).toContain('value="https://cdn.test/u"');
    await post('/console/normal', {});
    expect(await textAt('/console')).toContain('Everything is normal');
  });

  test('has a switch for every fault of every endpoint: once, always, off', async () => {
    const statusOf = async () => (await browser.fetch('/api/get_user_info')).status;
    const { text } = await browser.get('/console/trouble?endpoint=get_user_info');
    for (const name of ['reset', 'hang', 'html', 'sql_error', 'deleted_user', 'reset before']) {
      expect(text).toContain(name);
    }
    expect(text).not.toContain('used_key');
    const fault = { endpoint: 'get_user_info', number: '503' };
    expect(await post('/console/fault', { ...fault, once: 'status' })).toEqual(wentBack);
    expect(await textAt('/console/people')).toContain('get_user_info: 503, next call');
    expect([await statusOf(), await statusOf()]).toEqual([503, 200]);
    await post('/console/fault', { ...fault, keep: 'status' });
    await post('/console/fault', { endpoint: 'get_user_info', once: 'wrong_host' });
    expect([await statusOf(), await statusOf(), await statusOf()]).toEqual([302, 503, 503]);
    expect(await textAt('/console')).toContain('get_user_info: 503, every call');
    expect(await textAt('/console')).toContain('Fault 503');
    await post('/console/fault', { endpoint: 'get_user_info', off: '503' });
    expect(await statusOf()).toBe(200);
    await post('/console/fault', { endpoint: 'get_user_info', once: 'hang' });
    await post('/console/fault', { endpoint: 'get_user_info', off: 'hang' });
    expect(await textAt('/console')).toContain('Everything is normal');
    await post('/console/fault', { endpoint: 'get_user_info', once: 'reset before' });
    await expect(browser.fetch('/api/get_user_info')).rejects.toThrow();
    await post('/console/fault', { endpoint: 'get_user_info', once: 'delay', number: '0' });
    expect(await textAt('/console')).toContain('get_user_info: delay, next call');
  });

  test.each([
    { once: 'nonsense' },
    { once: 'used_key', endpoint: 'oauth' },
    { once: 'hang', endpoint: 'nowhere' },
    { once: 'status', number: '99' },
    { keep: 'delay', number: '' },
  ])('refuses the fault %j and says why', async (fields) => {
    const { status, text } = await browser.submit('/console/fault', { endpoint: 'authorize', ...fields });
    expect(status).toBe(400);
    expect(text).toMatch(/not a fault of|no such endpoint|must be/);
    expect(await textAt('/console')).toContain('Everything is normal');
  });

  test('puts all back to normal with one click', async () => {
    await post('/console/state', { on: 'sqlError' });
    await post('/console/state', { on: 'debugging' });
    await post('/console/fault', { endpoint: 'oauth', keep: 'hang' });
    await post('/console/fault', { endpoint: 'authorize', once: 'html' });
    expect(await post('/console/normal', {})).toEqual(wentBack);
    expect(await textAt('/console')).toContain('Everything is normal');
    expect(await textAt(`/api/oauth?app_id=${app().appId}`)).toContain('Choose who you are');
  });

  test('lets tokens expire, and moves the clock forward only', async () => {
    provider.approve('2', app());
    await browser.submit('/signin', { user_id: '2' });
    const { location } = await browser.get(`/api/oauth?app_id=${app().appId}`);
    const { access_token } = await exchange(provider, location!.slice(-32));
    expect(await textAt(`/api/get_user_info?access_token=${access_token!}`)).toContain('user_info');
    expect(await post('/console/clock', { seconds: '61' })).toEqual(wentBack);
    expect(await textAt('/console')).toContain('The clock is 61\u00a0s ahead');
    expect(await textAt(`/api/get_user_info?access_token=${access_token!}`)).toContain('expired access_token');
    expect(await textAt('/console')).toContain('token expired 1\u00a0s ago (tokens live 60\u00a0s)');
    for (const seconds of ['-1', '', 'x', '1e30']) {
      expect((await browser.submit('/console/clock', { seconds })).status).toBe(400);
    }
  });

  test('goes back to its own pages only', async () => {
    for (const elsewhere of ['/', '//evil.example/console', 'http://evil.example', '/signout', '/consoles']) {
      expect(await post('/console/normal', { return_to: elsewhere })).toEqual([303, '/console']);
    }
  });

  test('adds a person with all fields, changes and deletes them', async () => {
    const fields = {
      username: 'eve',
      firstName: 'Eve',
      biography: 'a\r\nb',
      gender: 'Autre',
      activated: '1',
      admin: '1',
    };
    expect(await post('/console/people/new', { id: '77', ...fields })).toEqual([303, '/console/people?done=added']);
    expect(provider.users.at(-1)).toMatchObject({
      ...{ id: '77', username: 'eve', firstName: 'Eve', lastName: null, biography: 'a\nb', gender: 'Autre' },
      ...{ activated: true, admin: true, started: false, banned: false, verified: false },
    });
    expect(await textAt('/console/people?done=added')).toMatch(/Added\. .* Eve @eve/);

    // What the form shows is what it saves: nothing changes by saving it.
    const before = provider.users.find(({ username }) => username === 'blank')!;
    const { html } = await browser.get(`/console/people/${before.id}`);
    await post(`/console/people/${before.id}`, formOf(html));
    expect(provider.users.find(({ id }) => id === before.id)).toEqual(before);

    await post('/console/people/77', { ...fields, username: 'eva', lastName: 'Example', id: '78' });
    expect(provider.users.at(-1)).toMatchObject({ id: '77', username: 'eva', lastName: 'Example' });
    expect(await post('/console/people/77/delete', {})).toEqual([303, '/console/people?done=deleted']);
    expect(provider.users.map(({ id }) => id)).not.toContain('77');
    expect((await browser.get('/console/people/77')).status).toBe(404);
  });

  test('says what is wrong with a person, and keeps what was typed', async () => {
    const { status, text, html } = await browser.submit('/console/people/new', { username: 'sam', email: 'x@y.test' });
    expect(status).toBe(422);
    expect(text).toContain('Not saved: there is a user sam already');
    expect(formOf(html)).toMatchObject({ username: 'sam', email: 'x@y.test' });
    expect((await browser.submit('/console/people/2', { username: ' ' })).status).toBe(422);
    expect(provider.users).toHaveLength(5);
  });

  test('removes a grant, also that of a deleted person', async () => {
    provider.approve('2', app());
    provider.approve('3', app());
    provider.deleteUser('3');
    const { text, html } = await browser.get('/console/people?done=revoked');
    expect(html).toContain('name="return_to" value="/console/people"');
    expect(text).toContain('Renée O’Brien-Łukasz accepted My app');
    expect(text).toContain('user 3, who is deleted accepted My app');
    for (const user of ['2', '3']) {
      expect(await post('/console/revoke', { user, app: app().appId, return_to: '/console/people' })).toEqual([
        303,
        '/console/people?done=revoked',
      ]);
    }
    expect(await textAt('/console/people')).toContain('No app has been accepted yet.');
  });

  test('shows the environment of every app, and creates, changes and deletes apps of anybody', async () => {
    const other = provider.createApp({ redirectURL: 'http://localhost:4321/cb', name: 'Theirs', ownerId: '3' });
    const text = await textAt('/console/apps');
    for (const { appId, appSecret } of [app(), other]) {
      const credentials = `PIMBUZZ_APP_ID=${appId} PIMBUZZ_APP_SECRET=${appSecret}`;
      expect(text).toMatch(new RegExp(`PIMBUZZ_URL=${provider.url} ${credentials} SESSION_SECRET=[0-9a-f]{64} `));
    }
    const home = `/console/apps/${other.appId}`;
    expect(await textAt(home)).toContain('Code to paste');
    const { html } = await browser.get(`${home}/edit`);
    const form = { ...formOf(html), domain: 'localhost', description: 'Mine.', category: 'games', name: 'Ours' };
    expect(await post(`${home}/edit`, form)).toEqual([303, `${home}?done=saved`]);
    expect(provider.apps[1]).toEqual({ ...other, ...form });
    const [, created] = await post('/console/apps/new', form);
    expect(created).toBe(`/console/apps/${provider.apps[2]!.appId}?done=created`);
    expect(await post(`${home}/delete`, {})).toEqual([303, '/console/apps?done=deleted']);
    expect(provider.apps).toHaveLength(2);
    expect((await browser.get(home)).status).toBe(404);
    for (const { id } of provider.users) provider.deleteUser(id);
    expect((await browser.get('/console/apps/new')).status).toBe(409);
  });
});

/** The fields of a page's first form with texts in it, as a browser would send them. */
function formOf(html: string): Record<string, string> {
  const inputs = [...html.matchAll(/<input\s([^>]*)>/g)].map(([, attributes]) => attributes!);
  const attribute = (text: string, name: string) => new RegExp(`\\b${name}="([^"]*)"`).exec(text)?.[1];
  const entries = inputs
    .filter((each) => !each.includes('hidden') && (!each.includes('checkbox') || /\bchecked\b/.test(each)))
    .map((each) => [attribute(each, 'name')!, attribute(each, 'value')!] as const);
  return Object.fromEntries(entries);
}
