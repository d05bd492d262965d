import request from 'supertest';
import { createProvider, startProvider } from '../../../lib/provider/index';

const provider = createProvider();

function postForm(path: string, form: Record<string, string> | string): request.Test {
  return request(provider).post(path).type('form').send(form);
}

describe('the sign-in', () => {
  test('redirects to the path that the user asked for', async () => {
    const response = await postForm('/signin', { user_id: '3', return_to: '/developers/apps?x=1' });
    expect(response.status).toBe(303);
    expect(response.headers.location).toBe('/developers/apps?x=1');
  });

  test.each(['//evil.example', '/\\evil.example', 'https://evil.example', '/a b', '/\tx', '/日本', '/\xa0', ''])(
    'redirects home instead of to %j',
    async (target) => {
      const response = await postForm('/signin', { user_id: '3', return_to: target });
      expect(response.headers.location).toBe('/');
      const page = await request(provider).get('/signin').query({ return_to: target });
      expect(page.text).toContain('name="return_to" value="/"');
    },
  );

  test('asks again for a user who does not exist', async () => {
    const response = await postForm('/signin', { user_name: 'nobody', return_to: '/x' });
    expect(response.status).toBe(422);
    expect(response.text).toContain('nobody');
    expect(response.text).toContain('value="/x"');
    expect((await postForm('/signin', 'user_id[]=3')).status).toBe(422);
  });

  test('comes before the consent', async () => {
    expect((await postForm('/oauth/accept', 'app_id=1')).headers.location).toBe('/signin');
  });
});

describe('the pages', () => {
  test.each([
    ['/', 'fr-FR,fr;q=0.9', 'fr'],
    ['/', 'fr;q=0.1,en', 'fr'],
    ['/', 'fr-CA,fr;q=0.9', 'en'],
    ['/', 'de', 'en'],
    ['/?lang=fr_fr', 'en', 'fr'],
    ['/', '*', 'en'],
    ['/', 'f'.repeat(2000), 'en'],
  ])('%s with Accept-Language %s is in %s', async (path, accepted, language) => {
    const { text } = await request(provider).get(path).set('accept-language', accepted);
    expect(text).toContain(`<html lang="${language}">`);
  });

  test('are in the site’s language where the browser’s is not there, and stay in one that was asked for', async () => {
    const french = createProvider({ language: 'fr' });
    const browser = request.agent(french);
    for (const accepted of ['*', 'en', 'en-GB']) {
      expect((await browser.get('/').set('accept-language', accepted)).text).toContain('<html lang="fr">');
    }
    await browser.get('/?lang=en_us');
    expect((await browser.get('/')).text).toContain('<html lang="en">');
  });

  test('of a private site, but for the home page and the sign-in, are for its users', async () => {
    const site = await startProvider({ private: true });
    const browser = request.agent(site.url);
    for (const path of ['/', '/signin']) expect((await browser.get(path)).status).toBe(200);
    const { status, headers } = await browser.get('/developers/authorize?x=1');
    expect([status, headers.location]).toEqual([302, '/signin?return_to=%2Fdevelopers%2Fauthorize%3Fx%3D1']);
    await browser.post('/signin').type('form').send({ user_id: '2' });
    expect((await browser.get('/developers')).status).toBe(200);
    await site.close();
  });

  test('have a policy that lets a form end at the app', async () => {
    for (const path of ['/', '/signin', '/started', '/api/oauth', '/nowhere', '/api/oauth/extra']) {
      const { headers } = await request(provider).get(path);
      expect(headers['content-security-policy']).toContain("default-src 'none'");
      expect(headers['content-security-policy']).not.toContain('form-action');
      expect(headers).toMatchObject({ 'x-content-type-options': 'nosniff', 'referrer-policy': 'same-origin' });
    }
  });

  test('cannot be put into a frame of another site, neither the consent nor the dashboard (clickjacking)', async () => {
    const [app] = provider.apps;
    const user = request.agent(provider).set('host', 'localhost');
    await user.post('/signin').type('form').send('user_id=2');
    const home = `/developers/apps/${app!.appId}`;
    for (const path of [`/api/oauth?app_id=${app!.appId}`, home, `${home}/delete`, '/settings/apps', '/', '/signin']) {
      const { status, text, headers } = await user.get(path);
      expect([path, status, text]).toEqual([path, 200, expect.stringContaining('<form method="post"')]);
      expect(headers['content-security-policy']).toContain("frame-ancestors 'none'");
      expect(headers['x-frame-options']).toBe('DENY');
    }
  });

  test('are closed in maintenance, but for the style sheet and the sign-in', async () => {
    const closed = createProvider({ maintenance: true });
    for (const path of ['/', '/developers', '/api/oauth', '/started']) {
      expect((await request(closed).get(path)).text).toContain('System Message');
    }
    expect((await request(closed).get('/style.css')).headers['content-type']).toContain('text/css');
    expect((await request(closed).get('/signin')).text).toContain('@renee');
  });

  test('of the dashboard redirect to the configured address', async () => {
    const response = await request(createProvider({ siteURL: 'http://pimbuzz.test' })).get('/developers');
    expect(response.status).toBe(302);
    expect(response.headers.location).toBe('http://pimbuzz.test');
  });
});

describe('the pictures', () => {
  test.each([
    ['/media', 'pimbuzz.localhost', '/media/photos/x.svg'],
    ['http://cdn.localhost:4000/up/', 'cdn.localhost:4000', '/up/photos/x.svg'],
    ['http://cdn.localhost:4000', 'cdn.localhost:4000', '/photos/x.svg'],
  ])('are in the uploads folder %s, and no longer where they were', async (uploadsURL, host, path) => {
    const site = createProvider({ uploadsURL });
    const { headers } = await request(site).get(path).set('host', host);
    expect(headers['content-type']).toBe('image/svg+xml');
    expect((await request(site).get('/content/uploads/photos/x.svg')).status).toBe(
      path === '/photos/x.svg' ? 200 : 404,
    );
    expect((await request(site).get('/content/themes/default/images/blank_profile.png')).status).toBe(200);
  });

  test.each([
    '/content/uploads/photos/2024/01/renee.svg',
    '/content/uploads/photos/2024/01/renee_cover.svg',
    '/content/uploads/photos/2024/02/sam_%C3%B6%C3%BC.svg',
    '/content/uploads/photos/2024/02/x.jpg',
    '/content/themes/default/images/blank_profile_female.png',
    '/content/themes/default/images/user_defoult_img.jpg',
  ])('%s is an SVG', async (path) => {
    const { status, headers, body } = await request(provider).get(path);
    expect(status).toBe(200);
    expect(headers['content-type']).toBe('image/svg+xml');
    expect(String(body as Buffer)).toMatch(/^<svg .*<\/svg>$/);
  });

  test.each(['/content/uploads/', '/content/x.txt'])('%s is not found', async (path) => {
    expect((await request(provider).get(path)).status).toBe(404);
  });
});
