import { messagePage, type PageContext } from '../../../lib/provider/pages/index.js';
import { startProvider, type LocalProvider, type StartOptions } from '../../../lib/provider/index.js';
import { textOf } from '../../support/dashboard-site.js';
import { Browser } from '../../support/cookie-browser.js';

let provider: LocalProvider;
const running: LocalProvider[] = [];
const start = async (options: StartOptions = {}): Promise<Browser> => {
  provider = await startProvider(options);
  running.push(provider);
  return new Browser(provider.url);
};
afterEach(async () => {
  for (const each of running.splice(0)) await each.close();
});

const manyUsers = (count: number) =>
  Array.from({ length: count }, (_, index) => ({ username: `user${index}`, firstName: `User ${index}` }));

describe('the sign-in page', () => {
  test('signs a user in with one button and goes on to the path that the user asked for', async () => {
    const browser = await start({ users: [{ username: 'ann', firstName: 'Ann', lastName: 'Example' }] });
    const page = await browser.get('/signin?return_to=%2Fdevelopers%2Fapps');
    expect(page.html).toContain('<title>Sign in</title>');
    const [, userId = ''] = /name="user_id" value="(\d+)"/.exec(page.html) ?? [];
    const signedIn = await browser.submit('/signin', { user_id: userId, return_to: '/developers/apps' });
    expect(signedIn.location).toBe('/developers/apps');
    expect((await browser.get('/')).text).toContain('You are signed in as Ann Example (@ann).');
  });

  test('names the app whose login is waiting', async () => {
    const browser = await start();
    const [app] = provider.apps;
    const page = await browser.get(`/api/oauth?app_id=${app!.appId}`);
    expect(page.text).toContain(`to go on to ${app!.name}`);
    expect(page.html).toContain(`name="return_to" value="/api/oauth?app_id=${app!.appId}"`);
  });

  test('has fifty buttons and a field for the others when there are ten thousand users', async () => {
    const browser = await start({ users: manyUsers(10_000) });
    const page = await browser.get('/signin');
    expect(page.html.match(/name="user_id"/g)).toHaveLength(50);
    expect(page.text).toContain('The first 50 of 10,000 users.');
    const signedIn = await browser.submit('/signin', { user_name: 'user9999', return_to: '/' });
    expect(signedIn.status).toBe(303);
    expect((await browser.get('/')).text).toContain('(@user9999)');
  });

  test('has no such field with fifty users or fewer', async () => {
    const browser = await start({ users: manyUsers(50) });
    const page = await browser.get('/signin');
    expect(page.html.match(/name="user_id"/g)).toHaveLength(50);
    expect(page.html).not.toContain('name="user_name"');
  });

  test('shows that no user has the name, and keeps it in the field', async () => {
    const browser = await start({ users: manyUsers(60) });
    const page = await browser.submit('/signin', { user_name: '"><b>nobody', return_to: '/settings/apps' });
    expect(page.text).toContain('No user here has the name “"><b>nobody”.');
    expect(page.html).toContain('value="&quot;&gt;&lt;b&gt;nobody"');
    expect(page.html).toMatch(/id="user_name"[^>]*aria-invalid="true" aria-describedby="user_name-error"/);
    expect(page.html).toContain('name="return_to" value="/settings/apps"');
    expect(page.html).not.toContain('<b>');
  });

  test('shows that there is no user', async () => {
    const browser = await start();
    for (const { id } of provider.users) provider.deleteUser(id);
    expect((await browser.get('/signin')).text).toContain('There are no users yet.');
  });

  test('is in French for a French browser', async () => {
    const browser = (await start({ users: manyUsers(10_000) })).speaking('fr-FR,fr;q=0.9');
    const page = await browser.submit('/signin', { user_name: 'nobody', return_to: '/' });
    expect(page.html).toContain('<html lang="fr">');
    expect(page.text).toContain('Les 50 premiers membres sur 10\u202f000.');
    expect(page.text).toContain('«\u00a0nobody\u00a0»');
    const waiting = await browser.get(`/api/oauth?app_id=${provider.apps[0]!.appId}`);
    expect(waiting.text).toContain('pour continuer vers');
  });
});

describe('the consent page', () => {
  const consent = async (app: { name: string; description?: string; domain?: string }, language = 'en') => {
    const browser = (await start({ users: [{ username: 'ann', firstName: 'Ann', lastName: 'Example' }] })).speaking(
      language,
    );
    const { appId } = provider.createApp({ ...app, redirectURL: 'http://localhost:3000/cb' });
    await browser.submit('/signin', { user_id: provider.users[0]!.id, return_to: '/' });
    return { browser, appId, page: await browser.get(`/api/oauth?app_id=${appId}`) };
  };

  test('asks in the app’s name, continues with a button and cancels with a plain link to the home page', async () => {
    const { browser, appId, page } = await consent({
      name: 'Planner',
      description: 'Plans.',
      domain: 'planner.example',
    });
    expect(page.html).toContain('<title>Log in With Pimbuzz</title>');
    expect(page.text).toContain('Log in to Planner with Pimbuzz');
    expect(page.text).toContain('Plans.');
    expect(page.text).toContain('planner.example');
    expect(page.html).toContain('>Continue as Ann Example</button>');
    expect(page.html).toMatch(new RegExp(`<a class="button" href="${provider.url}/">Cancel</a>`));
    const [, action = ''] = /<form method="post" action="([^"]*)" class="actions"/.exec(page.html) ?? [];
    const accepted = await browser.submit(action, { app_id: appId });
    expect(accepted.location).toMatch(/^http:\/\/localhost:3000\/cb\?auth_key=[0-9a-f]{32}$/);
  });

  test('leaves out empty fields of the app', async () => {
    const { page } = await consent({ name: 'Planner' });
    expect(page.text).not.toContain('Website:');
  });

  test('shows an app’s text as text', async () => {
    const { page } = await consent({ name: '<img src=x>', description: '</p><script>', domain: '<b>' });
    expect(page.text).toContain('Log in to <img src=x> with Pimbuzz');
    expect(page.html).not.toMatch(/<img src=x>|<\/p><script>|<b>/);
  });

  test('is in French for a French browser', async () => {
    const { page } = await consent({ name: 'Planner' }, 'fr');
    expect(page.html).toContain('<title>Se connecter avec Pimbuzz</title>');
    expect(page.html).toContain('>Continuer en tant que Ann Example</button>');
    expect(page.text).toContain('Planner recevra\u00a0:');
  });
});

describe('the home page', () => {
  test('shows that this is a local provider and links to all pages', async () => {
    const browser = await start({ name: 'Look Loox' });
    const page = await browser.get('/');
    expect(page.html).toContain('<title>Welcome to Look Loox</title>');
    expect(page.text).toContain('Local provider, for development');
    for (const path of ['/developers/apps', '/settings/apps', '/developers', '/signin?return_to=%2F']) {
      expect(page.html).toContain(`href="${path}"`);
    }
  });

  test('is in French for a French browser', async () => {
    const browser = (await start()).speaking('fr');
    await browser.submit('/signin', { user_id: provider.users[0]!.id, return_to: '/' });
    expect((await browser.get('/')).text).toContain('Vous êtes connecté en tant que');
  });

  test('signs out with a form', async () => {
    const browser = await start();
    await browser.submit('/signin', { user_id: provider.users[0]!.id, return_to: '/' });
    expect((await browser.get('/')).html).toContain('<form method="post" action="/signout">');
    await browser.submit('/signout', {});
    expect((await browser.get('/')).text).toContain('You are not signed in.');
  });
});

describe('every page', () => {
  const paths = ['/', '/signin', '/developers', '/developers/authorize', '/developers/surprises', '/nowhere'];

  test('loads its style and script from the site itself, and nothing inline', async () => {
    const browser = await start();
    for (const path of paths) {
      const { html } = await browser.get(path);
      expect(html).toMatch(/^<!doctype html>\n<html lang="en">/);
      expect(html).toContain('<link rel="stylesheet" href="/style.css" />');
      expect(html).not.toMatch(/<style|style="|\son\w+="|<script>|(src|href)="\/\//);
    }
    expect((await browser.get('/style.css')).contentType).toMatch(/^text\/css/);
    expect((await browser.get('/dashboard.js')).contentType).toMatch(/^text\/javascript/);
  });

  test('forbids everything else to the browser', async () => {
    const browser = await start();
    for (const path of [...paths, '/style.css']) {
      const { headers } = await browser.fetch(path);
      expect(headers.get('content-security-policy')).toMatch(
        /^default-src 'none'; style-src 'self'; script-src 'self'/,
      );
      expect(headers.get('x-content-type-options')).toBe('nosniff');
    }
  });

  test('has its landmarks, one heading of the first level and a way past the navigation', async () => {
    const browser = await start();
    for (const path of paths) {
      const { html } = await browser.get(path);
      expect(html.match(/<h1[ >]/g)).toHaveLength(1);
      const navigation = path === '/signin' ? '' : '<nav aria-label=.*';
      expect(html).toMatch(
        new RegExp(`<a class="skip" href="#main">.*<header.*${navigation}<main id="main".*<footer`, 's'),
      );
    }
  });

  test('offers to sign in and come back, but never back into a login that has ended', async () => {
    const browser = await start();
    expect((await browser.get('/developers/errors')).html).toContain('/signin?return_to=%2Fdevelopers%2Ferrors"');
    provider.configure({ maintenance: true });
    expect((await browser.get('/api/oauth?app_id=1')).html).toContain('/signin?return_to=%2F"');
  });

  test('leads nowhere else from the steps of a login, but to another account from the question', async () => {
    const browser = await start();
    const startPath = `/api/oauth?app_id=${provider.apps[0]!.appId}`;
    const linksOf = (html: string) =>
      [...html.matchAll(/<header>.*<\/header>/gs)].join('').match(/(href|action)="[^"]+"/g);
    expect(linksOf((await browser.get('/signin')).html)).toEqual(['href="/"']);
    expect(linksOf((await browser.get(startPath)).html)).toEqual(['href="/"']);
    await browser.submit('/signin', { user_id: provider.users[0]!.id, return_to: '/' });
    expect(linksOf((await browser.get(startPath)).html)).toEqual(['href="/"', 'action="/signout"']);
  });

  test.each([
    ...paths,
    '/developers/user-info',
    '/developers/errors',
    '/console',
    '/console/trouble',
    '/console/people',
  ])('has no line break before a mark of punctuation in French (%s)', async (path) => {
    const browser = (await start()).speaking('fr');
    const { html } = await browser.get(path);
    const prose = textOf(html.replace(/<(pre|code|script)\b.*?<\/\1>/gs, ''));
    expect(prose).not.toMatch(/ [?!;:»]|« /);
  });

  test.each([
    ['activation', { activated: false }],
    ['profile', { started: false }],
    ['package', { hasPackage: false }],
  ])('has none on the page that stops a login for want of a %s', async (_what, flags) => {
    const browser = (await start({ users: [{ username: 'ann', ...flags }] })).speaking('fr');
    await browser.submit('/signin', { user_id: provider.users[0]!.id, return_to: '/' });
    const stopped = await browser.get(`/api/oauth?app_id=${provider.apps[0]!.appId}`);
    const page = stopped.location === null ? stopped : await browser.get(stopped.location);
    expect(page.text).toContain('d’abord');
    expect(page.text).not.toMatch(/ [?!;:»]|« /);
  });

  test('a message shows its text as text', () => {
    const context: PageContext = { siteName: ' ', language: 'en', user: null, path: '/', hasConsole: false };
    const page = messagePage(context, { title: 'Error', message: '<b>SQL</b>' });
    expect(page).toContain('<title>Error</title>');
    expect(page).toContain('&lt;b&gt;SQL&lt;/b&gt;');
    expect(textOf(page)).toContain('?');
  });
});
