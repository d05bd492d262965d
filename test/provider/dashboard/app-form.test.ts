import { startProvider } from '../../../lib/provider/index.js';
import { Browser } from '../../support/cookie-browser.js';
import { startDashboard, validApp, type DashboardSite } from '../../support/dashboard-site.js';

let site: DashboardSite;
beforeEach(async () => {
  site = await startDashboard();
});
afterEach(() => site.close());

describe('the form’s checks', () => {
  test('reports all mistakes at once, each at its field, and keeps what was typed', async () => {
    const page = await site.submit('/developers/apps/new', {
      name: '  ',
      domain: 'example.com/path',
      redirectURL: 'http://my_app.example/cb?x=1',
      description: 'd'.repeat(201),
      category: 'unheard-of',
      iconURL: 'javascript:alert(1)',
    });
    expect(page.status).toBe(422);
    expect(site.provider.apps).toHaveLength(0);
    const mistakes = {
      name: 'Enter a name for your app.',
      domain: 'Enter a domain only',
      redirectURL: 'Please enter a valid App redirect URL',
      description: 'Enter a description of at most 200 characters.',
      category: 'Select a category.',
      iconURL: 'Enter the address of a picture',
    };
    for (const [field, message] of Object.entries(mistakes)) {
      expect(page.html).toMatch(
        new RegExp(`id="${field}"[^>]*aria-describedby="[^"]*${field}-error"[^>]*aria-invalid`),
      );
      expect(page.html).toMatch(new RegExp(`id="${field}-error">${message}`));
      expect(page.html).toContain(`<a href="#${field}">${message}`);
    }
    expect(page.html).toContain('value="example.com/path"');
    expect(page.html).toContain('value="http://my_app.example/cb?x=1"');
    expect(page.html).toContain('d'.repeat(201));
    expect(page.text).not.toContain('This redirect URL makes logins harder');
  });

  test.each([
    ['nothing at all', ''],
    ['fields sent twice', 'name=a&name=b&domain=a&domain=b&redirectURL=a&redirectURL=b&description=a&description=b'],
  ])('%s is like an empty form', async (_what, body) => {
    const page = await site.submit('/developers/apps/new', body);
    expect(page.status).toBe(422);
    expect(page.text).toContain('Enter a name for your app.');
    expect(page.text).toContain('Enter the domain of your app.');
    expect(page.text).toContain('Enter a redirect URL.');
    expect(page.text).toContain('Enter a description of your app.');
  });

  test('a body that is no form is like an empty one', async () => {
    const headers = { 'content-type': 'text/plain' };
    const page = await site.send('/developers/apps/new', { method: 'POST', headers, body: 'name=a' });
    expect(page.status).toBe(422);
  });

  test.each([
    ['name', 'n'.repeat(64)],
    ['name', '😀'.repeat(64)],
    ['domain', 'example.com'],
    ['domain', 'localhost:3000'],
    ['domain', 'https://example.com'],
    ['domain', 'https://example.com/'],
    ['redirectURL', 'https://example.com/cb?x=1&y=2'],
    ['redirectURL', 'https://example.com/cb#f'],
    ['redirectURL', 'HTTP://localhost'],
    ['description', 'd'.repeat(200)],
    ['description', `${'d\r\n'.repeat(99)}dd`],
    ['iconURL', 'https://example.com/icon.png'],
    ['iconURL', 'data:image/png;base64,iVBORw0KGgo='],
  ])('%s may be %j', async (field, value) => {
    expect((await site.submit('/developers/apps/new', { ...validApp, [field]: value })).status).toBe(303);
    expect(site.provider.apps[0]).toMatchObject({ [field]: value.replaceAll('\r\n', '\n') });
  });

  test.each([
    ['name', 'n'.repeat(65)],
    ['domain', 'example.com?x'],
    ['domain', 'example.com#x'],
    ['domain', 'someone@example.com'],
    ['domain', 'two words'],
    ['domain', 'http://'],
    ['redirectURL', '/auth/callback'],
    ['redirectURL', 'https:example.com'],
    ['redirectURL', 'https://example.com/a b'],
    ['redirectURL', 'https://example.com/a\nb'],
    ['redirectURL', 'https://example.com\\@evil.example/'],
    ['redirectURL', 'javascript:alert(1)'],
    ['redirectURL', `https://example.com/${'a'.repeat(2000)}`],
    ['iconURL', 'data:text/html;base64,AAAA'],
    ['iconURL', 'data:image/svg+xml,<svg>'],
    ['iconURL', `https://example.com/${'a'.repeat(70_000)}`],
  ])('%s may not be %j', async (field, value) => {
    const page = await site.submit('/developers/apps/new', { ...validApp, [field]: value });
    expect(page.status).toBe(422);
    expect(page.html).toContain(`id="${field}-error"`);
    expect(page.html.match(/class="error"/g)).toHaveLength(1);
  });
});

describe('a redirect URL that makes logins harder', () => {
  test('with a query is accepted, with a warning that shows what comes back', async () => {
    const created = await site.submit('/developers/apps/new', {
      ...validApp,
      redirectURL: 'https://a.example/cb?x=1&y=2',
    });
    expect(created.status).toBe(303);
    const { appId } = site.provider.apps[0]!;
    for (const path of [created.headers.get('location')!, `/developers/apps/${appId}/edit`]) {
      const { text } = await site.get(path);
      expect(text).toContain('This redirect URL makes logins harder');
      expect(text).toContain('https://a.example/cb?x=1&amp;y=2?auth_key=…');
      expect(text).toContain('part of another parameter');
      expect(text).not.toContain('no login can succeed');
    }
  });

  test('with a fragment is accepted, with a warning that no login can succeed', async () => {
    const { appId } = site.addApp({ redirectURL: 'https://a.example/cb#x?y' });
    const { text } = await site.get(`/developers/apps/${appId}`);
    expect(text).toContain('the key never reaches your server, and no login can succeed');
    expect(text).not.toContain('part of another parameter');
  });

  test('that its column cannot hold is accepted, with a warning that shows what is left of it', async () => {
    const { appId } = site.addApp({ redirectURL: `https://a.example/${'x'.repeat(300)}` });
    const { text } = await site.get(`/developers/apps/${appId}`);
    expect(text).toContain(`https://a.example/${'x'.repeat(238)}?auth_key=…`);
    expect(text).toContain('does not fit into the 256 characters');
  });

  test('is warned of on the form too when something else is wrong', async () => {
    const page = await site.submit('/developers/apps/new', {
      ...validApp,
      name: '',
      redirectURL: 'https://a.example/cb?',
    });
    expect(page.text).toContain('This redirect URL makes logins harder');
  });

  test('without either there is no warning', async () => {
    const { appId } = site.addApp();
    expect((await site.get(`/developers/apps/${appId}`)).text).not.toContain('makes logins harder');
  });
});

test.each(['http://localhost:3000/auth/pimbuzz/callback', 'https://[::1]:8443/cb', 'myapp://callback', 'mailto:a@b'])(
  'the app that a provider starts with, %s, can be saved after a change of its redirect URL alone',
  async (redirectURL) => {
    const provider = await startProvider({ redirectURL });
    try {
      const { appId, ownerId } = provider.apps[0]!;
      const browser = new Browser(provider.url);
      await browser.submit('/signin', { user_id: ownerId, return_to: '/' });
      const { html } = await browser.get(`/developers/apps/${appId}/edit`);
      const inputs = [...html.matchAll(/<input [^>]*name="(\w+)"[^>]*value="([^"]*)"/g)].map(([, ...pair]) => pair);
      const fields = {
        ...(Object.fromEntries(inputs) as Record<string, string>),
        description: /<textarea [^>]*>([^<]*)/.exec(html)![1]!,
        category: /value="(\w+)" selected/.exec(html)![1]!,
      };
      expect(fields).toMatchObject({ name: 'My app', redirectURL });
      const changed = { ...fields, redirectURL: 'http://localhost:8080/cb' };
      expect((await browser.submit(`/developers/apps/${appId}/edit`, changed)).text).not.toContain('Enter');
      expect(provider.apps[0]).toMatchObject({ appId, redirectURL: 'http://localhost:8080/cb' });
    } finally {
      await provider.close();
    }
  },
);
