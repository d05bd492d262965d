import { startDashboard, validApp, type DashboardSite } from '../../support/dashboard-site.js';

let site: DashboardSite;
beforeEach(async () => {
  site = await startDashboard();
});
afterEach(() => site.close());

describe('signing in', () => {
  test.each([
    ['/developers/apps', '/developers/apps'],
    ['/developers/apps/new', '/developers/apps/new'],
    ['/developers/apps/100/edit?x=1', '/developers/apps/100/edit?x=1'],
    ['/settings/apps', '/settings/apps'],
  ])('%s sends who is not signed in to the sign-in page and back', async (path, returnTo) => {
    const page = await site.get(path, { as: null });
    expect(page.status).toBe(303);
    expect(page.headers.get('location')).toBe(`/signin?return_to=${encodeURIComponent(returnTo)}`);
  });

  test.each([
    ['/developers/apps/100/delete', '/developers/apps/100/delete'],
    ['/settings/apps/100/remove', '/settings/apps'],
  ])('a form sent to %s after signing out changes nothing and leads back to its page', async (path, returnTo) => {
    const app = site.addApp();
    const page = await site.submit(path, {}, { as: null });
    expect(page.headers.get('location')).toBe(`/signin?return_to=${encodeURIComponent(returnTo)}`);
    expect(site.provider.apps).toEqual([app]);
  });
});

describe('my apps', () => {
  test('lists my apps and not those of others', async () => {
    site.addApp({ name: 'Mine' });
    site.addApp({ name: 'Theirs', ownerId: '2' });
    const { text } = await site.get('/developers/apps');
    expect(text).toContain('Mine');
    expect(text).not.toContain('Theirs');
  });

  test('shows that there is none', async () => {
    expect((await site.get('/developers/apps')).text).toContain('You have no app yet.');
  });

  test('creates an app from the form and shows its page', async () => {
    const created = await site.submit('/developers/apps/new', { ...validApp });
    expect(created.status).toBe(303);
    const [app] = site.provider.apps;
    expect(app).toMatchObject({ ...validApp, ownerId: '1' });
    const page = await site.get(created.headers.get('location')!);
    expect(page.text).toContain('The app was created.');
    expect(page.text).toContain(app!.appId);
    expect(page.text).toContain(app!.appSecret);
    expect(page.headers.get('cache-control')).toBe('no-store');
  });

  test('shows the secret only behind a disclosure', async () => {
    const app = site.addApp();
    const { html } = await site.get(`/developers/apps/${app.appId}`);
    const shut = html.replace(/<details>.*?<\/details>/gs, '');
    expect(html).toContain(app.appSecret);
    expect(shut).not.toContain(app.appSecret);
  });

  test('leaves out empty fields of an app', async () => {
    const { appId } = site.addApp({ domain: '', description: '' });
    const { text } = await site.get(`/developers/apps/${appId}`);
    expect(text).not.toMatch(/Domain|Description/);
    expect(text).toContain('Redirect URL');
  });

  test('edits an app in a form with its fields', async () => {
    const app = site.addApp({ description: 'One\nTwo', category: 'games' });
    const form = await site.get(`/developers/apps/${app.appId}/edit`);
    expect(form.html).toContain('value="Holiday Planner"');
    expect(form.html).toContain('>One\nTwo</textarea>');
    expect(form.html).toMatch(/value="games" selected/);
    const saved = await site.submit(`/developers/apps/${app.appId}/edit`, { ...validApp, name: 'Trips' });
    expect(saved.headers.get('location')).toBe(`/developers/apps/${app.appId}?done=saved`);
    expect(site.provider.apps[0]).toMatchObject({ name: 'Trips', appSecret: app.appSecret });
    expect((await site.get(saved.headers.get('location')!)).text).toContain('Your changes were saved.');
  });

  test('the form for a new app is empty and shows no mistakes', async () => {
    const { html } = await site.get('/developers/apps/new');
    expect(html).toContain('<h1>Create app</h1>');
    expect(html.match(/<input [^>]*value=""/g)).toHaveLength(4);
    expect(html).not.toContain('aria-invalid');
  });

  test('a mistake while editing keeps the app as it was and what was typed', async () => {
    const app = site.addApp();
    const page = await site.submit(`/developers/apps/${app.appId}/edit`, {
      ...validApp,
      name: '',
      domain: 'new.example',
    });
    expect(page.status).toBe(422);
    expect(page.html).toContain('value="new.example"');
    expect(page.html).toContain(`action="/developers/apps/${app.appId}/edit"`);
    expect(site.provider.apps).toEqual([app]);
  });

  test('deletes an app after a question', async () => {
    const app = site.addApp();
    const question = await site.get(`/developers/apps/${app.appId}/delete`);
    expect(question.text).toContain('Delete Holiday Planner?');
    expect(site.provider.apps).toHaveLength(1);
    const deleted = await site.submit(`/developers/apps/${app.appId}/delete`);
    expect(deleted.headers.get('location')).toBe('/developers/apps?done=deleted');
    expect(site.provider.apps).toHaveLength(0);
    expect((await site.get('/developers/apps?done=deleted')).text).toContain('The app was deleted.');
  });

  test.each(['', '/edit', '/delete'])(
    'someone else’s app cannot be reached at …%s, nor one that does not exist',
    async (path) => {
      const { appId } = site.addApp({ ownerId: '2', name: 'Theirs' });
      for (const id of [appId, '999']) {
        const page = await site.get(`/developers/apps/${id}${path}`);
        expect(page.status).toBe(404);
        expect(page.text).toContain('App not found');
        expect(page.text).not.toContain('Theirs');
      }
    },
  );

  test('someone else’s app can be neither changed nor deleted', async () => {
    const app = site.addApp({ ownerId: '2' });
    const changed = await site.submit(`/developers/apps/${app.appId}/edit`, { ...validApp, name: 'Taken over' });
    const deleted = await site.submit(`/developers/apps/${app.appId}/delete`);
    expect([changed.status, deleted.status]).toEqual([404, 404]);
    expect(site.provider.apps).toEqual([app]);
  });
});

describe('forms from another site', () => {
  test.each([
    ['/developers/apps/new', { ...validApp }],
    ['/developers/apps/100/edit', { ...validApp, name: 'Taken over' }],
    ['/developers/apps/100/delete', {}],
    ['/settings/apps/100/remove', {}],
  ])('%s is refused and changes nothing', async (path, fields) => {
    const app = site.addApp();
    site.provider.approve('1', app);
    const page = await site.submit(path, fields, { crossSite: true });
    expect(page.status).toBe(403);
    expect(page.text).toContain('This form came from another site');
    expect(site.provider.apps).toEqual([app]);
    expect((await site.get('/settings/apps')).text).toContain('Holiday Planner');
  });
});

describe('my logins', () => {
  test('lists the apps that I accepted, with the date', async () => {
    site.provider.approve('1', site.addApp());
    site.provider.approve('2', site.addApp({ name: 'Theirs' }));
    const { text, html } = await site.get('/settings/apps');
    expect(text).toContain('Holiday Planner');
    expect(text).toMatch(/Accepted on (November 20|20 November),? 2026/);
    expect(html).toContain('<time datetime="2026-11-20T12:00:00.000Z">');
    expect(text).not.toContain('Theirs');
  });

  test('removes one', async () => {
    const app = site.addApp();
    site.provider.approve('1', app);
    site.provider.approve('2', app);
    const removed = await site.submit(`/settings/apps/${app.appId}/remove`);
    expect(removed.headers.get('location')).toBe('/settings/apps?done=removed');
    expect((await site.get('/settings/apps', { as: '2' })).text).toContain('Holiday Planner');
    const { text } = await site.get('/settings/apps?done=removed');
    expect(text).toContain('The app was removed.');
    expect(text).toContain('You have not accepted any app yet.');
  });

  test('removing what is not there is no error', async () => {
    const removed = await site.submit('/settings/apps/999/remove');
    expect(removed.headers.get('location')).toBe('/settings/apps');
  });
});

describe('in French', () => {
  test('the dashboard and its messages', async () => {
    const page = await site.submit('/developers/apps/new', {}, { language: 'fr-FR,fr;q=0.9' });
    expect(page.html).toContain('<html lang="fr">');
    expect(page.text).toContain('Créer une application');
    expect(page.text).toContain('Saisissez un nom pour votre application.');
    expect(page.text).toContain('URL de redirection');
  });

  test('the warning, the question before deleting and my logins', async () => {
    const app = site.addApp({ redirectURL: 'https://a.example/cb?x#y' });
    site.provider.approve('1', app);
    const french = { language: 'fr' };
    expect((await site.get('/developers/apps/100', french)).text).toContain('aucune connexion ne peut réussir');
    expect((await site.get('/developers/apps/100/edit', french)).text).toContain('Modifier Holiday Planner');
    expect((await site.get('/developers/apps/100/delete', french)).text).toContain('Supprimer Holiday Planner\u202f?');
    expect((await site.get('/settings/apps', french)).text).toContain('20 novembre 2026');
    expect((await site.submit('/developers/apps/new', {}, { ...french, crossSite: true })).text).toContain(
      'vient d’un autre site',
    );
  });
});

test('a notice appears only for what the dashboard does', async () => {
  for (const done of ['constructor', '<b>', 'x']) {
    expect((await site.get(`/developers/apps?done=${encodeURIComponent(done)}`)).html).not.toContain('role="status"');
  }
});

test('an app named <script> is shown as text everywhere', async () => {
  const name = `<script>alert("x")</script>'`;
  const app = site.addApp({ name, description: '</textarea><script>', iconURL: 'https://a.example/"onerror="x' });
  site.provider.approve('1', app);
  const paths = ['', '/100', '/100/edit', '/100/delete'].map((path) => `/developers/apps${path}`);
  for (const path of [...paths, '/settings/apps']) {
    const { html, text } = await site.get(path);
    expect(text).toContain(name);
    expect(html.match(/<script/g)).toEqual(['<script']);
    expect(html).not.toContain('"onerror="');
  }
});

test('an app that was registered here logs users in, until a user removes it', async () => {
  const created = await site.submit('/developers/apps/new', { ...validApp });
  const { appId, ownerId } = site.provider.apps[0]!;
  expect(ownerId).toBe('1');
  expect((await site.get(created.headers.get('location')!)).text).toContain(site.provider.url);
  const start = `/api/oauth?app_id=${appId}`;
  expect((await site.get(start)).text).toContain('Log in to Holiday Planner');
  await site.submit('/oauth/accept', { app_id: appId });
  expect((await site.get(start)).headers.get('location')).toContain(`${validApp.redirectURL}?auth_key=`);
  await site.submit(`/settings/apps/${appId}/remove`);
  expect((await site.get(start)).status).toBe(200);
});
