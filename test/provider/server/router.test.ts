import request from 'supertest';
import { createProvider, startProvider } from '../../../lib/provider/index';
import { serving } from '../../support/plain-app';

const form = 'application/x-www-form-urlencoded';

describe('the site', () => {
  const provider = createProvider();
  const site = (): ReturnType<typeof request.agent> => request.agent(provider);

  test('signs a person in and out, and goes on where one wanted to go', async () => {
    const browser = site();
    const signedIn = await browser.post('/signin').type(form).send({ user_id: '3', return_to: '/developers/apps?x=1' });
    expect(signedIn.status).toBe(303);
    expect(signedIn.headers.location).toBe('/developers/apps?x=1');
    expect(signedIn.headers['set-cookie']![0]).toMatch(/^pimbuzz_\d+_user=3\.[\w-]+; Path=\/; HttpOnly; SameSite=Lax$/);
    // supertest listens on a new port for each request, so the cookie is sent by hand.
    const at = await serving(provider as never, async (url) => {
      const visitor = request(url);
      const { headers } = await visitor.post('/signin').type(form).send({ user_name: ' sam ', return_to: '/' });
      const cookie = headers['set-cookie']![0]!.split(';')[0]!;
      const home = await visitor.get('/').set('cookie', cookie);
      const forged = await visitor.get('/').set('cookie', cookie.replace('=3.', '=2.'));
      const apps = await visitor.get('/developers/apps').set('cookie', cookie);
      const signOut = await visitor.post('/signout').set('cookie', cookie);
      return { home, forged, apps, signOut };
    });
    expect(at.home.text).toContain('Sam Nguyễn');
    expect(at.forged.text).not.toContain('Renée');
    expect(at.apps.status).toBe(200);
    expect(at.signOut.headers['set-cookie']![0]).toContain('Max-Age=0');
  });

  test.each(['//evil.example', '/\\evil.example', 'https://evil.example', '/a b', '/\tx', ''])(
    'goes home instead of to %j',
    async (target) => {
      const response = await site().post('/signin').type(form).send({ user_id: '3', return_to: target });
      expect(response.headers.location).toBe('/');
      const page = await site().get('/signin').query({ return_to: target });
      expect(page.text).toContain('name="return_to" value="/"');
    },
  );

  test('asks again for a person who does not exist', async () => {
    const response = await site().post('/signin').type(form).send({ user_name: 'nobody', return_to: '/x' });
    expect(response.status).toBe(422);
    expect(response.text).toContain('nobody');
    expect(response.text).toContain('value="/x"');
    expect((await site().post('/signin').type(form).send('user_id[]=3')).status).toBe(422);
  });

  test.each([
    [{ 'sec-fetch-site': 'cross-site' }, 403],
    [{ 'sec-fetch-site': 'same-site' }, 403],
    [{ 'sec-fetch-site': 'same-origin' }, 303],
    [{ 'sec-fetch-site': 'none' }, 303],
    [{ origin: 'http://evil.example' }, 403],
    [{ origin: 'null' }, 403],
    [{ host: 'pimbuzz.test', origin: 'http://pimbuzz.test' }, 303],
    [{}, 303],
  ])('answers a form with %j with %s', async (headers, status) => {
    for (const path of ['/signin', '/signout', '/oauth/accept']) {
      const response = await site()
        .post(path)
        .type(form)
        .set(headers as Record<string, string>)
        .send('user_id=3');
      expect(response.status).toBe(status);
      if (status === 403) expect(response.headers['set-cookie']![0]).toMatch(/^PHPSESSID/);
    }
  });

  test('sends who is not signed in from the consent to the sign-in', async () => {
    const response = await site().post('/oauth/accept').type(form).send('app_id=1');
    expect(response.headers.location).toBe('/signin');
  });

  test('speaks French to a French browser, and English to a German one', async () => {
    expect((await site().get('/').set('accept-language', 'fr-CA,fr;q=0.9')).text).toContain('<html lang="fr">');
    expect((await site().get('/').set('accept-language', 'de')).text).toContain('<html lang="en">');
    expect((await site().get('/?lang=fr_fr').set('accept-language', 'en')).text).toContain('<html lang="fr">');
    expect((await site().get('/').set('accept-language', 'en;q=0.5,fr;q=0.8')).text).toContain('<html lang="fr">');
    expect((await site().get('/').set('accept-language', 'fr;q=0,en')).text).toContain('<html lang="en">');
    expect((await site().get('/').set('accept-language', 'f'.repeat(2000))).text).toContain('<html lang="en">');
  });

  test('has a policy on every page that lets a form end at the app', async () => {
    for (const path of ['/', '/signin', '/started', '/api/oauth', '/nowhere', '/api/oauth/extra']) {
      const { headers } = await site().get(path);
      expect(headers['content-security-policy']).toContain("default-src 'none'");
      expect(headers['content-security-policy']).not.toContain('form-action');
      expect(headers).toMatchObject({ 'x-content-type-options': 'nosniff', 'referrer-policy': 'same-origin' });
    }
  });

  test.each([
    ['/content/uploads/photos/2024/01/renee.svg', 200],
    ['/content/uploads/photos/2024/01/renee_cover.svg', 200],
    ['/content/uploads/photos/2024/02/sam_%C3%B6%C3%BC.svg', 200],
    ['/content/uploads/photos/2024/02/x.jpg', 200],
    ['/content/themes/default/images/blank_profile_female.png', 200],
    ['/content/themes/default/images/user_defoult_img.jpg', 200],
    ['/content/uploads/', 404],
    ['/content/x.txt', 404],
  ])('answers %s with %s', async (path, status) => {
    const response = await site().get(path);
    expect(response.status).toBe(status);
    if (status === 200) expect(response.headers['content-type']).toBe('image/svg+xml');
    if (status === 200) expect(String(response.body as Buffer)).toMatch(/^<svg .*<\/svg>$/);
  });

  test('is closed as a whole in maintenance, but for its style sheet and its sign-in', async () => {
    const closed = createProvider({ maintenance: true });
    const at = (path: string): Promise<request.Response> => request(closed).get(path);
    for (const path of ['/', '/developers', '/api/oauth', '/started']) {
      expect((await at(path)).text).toContain('System Message');
    }
    expect((await at('/style.css')).headers['content-type']).toContain('text/css');
    expect((await at('/signin')).text).toContain('@renee');
  });

  test('sends the dashboard’s visitors to the configured address', async () => {
    const elsewhere = createProvider({ siteURL: 'http://pimbuzz.test' });
    const response = await request(elsewhere).get('/developers');
    expect(response.status).toBe(302);
    expect(response.headers.location).toBe('http://pimbuzz.test');
  });

  test('stops people who are blocked, not confirmed or not finished, at the start and at the consent', async () => {
    const users = [
      { username: 'blocked', banned: true },
      { username: 'unconfirmed', activated: false },
      { username: 'unfinished', started: false },
    ];
    const stopping = await startProvider({ users });
    const answers = [];
    for (const { id } of stopping.users) {
      const browser = request.agent(stopping.url);
      await browser.post('/signin').type(form).send({ user_id: id });
      const { appId } = stopping.apps[0]!;
      answers.push(await browser.get(`/api/oauth?app_id=${appId}`));
      answers.push(await browser.post('/oauth/accept').type(form).send(`app_id=${appId}`));
    }
    const titles = answers.map(({ text, headers }) => /<title>(.*)<\/title>/.exec(text)?.[1] ?? headers.location);
    const started = `${stopping.url}/started`;
    const required = 'Activation Required';
    expect(titles).toEqual(['System Message', 'System Message', required, required, started, started]);
    await stopping.close();
  });

  test('does not let two providers on one machine mix up who is signed in', async () => {
    const [one, two] = await Promise.all([startProvider(), startProvider()]);
    const signedIn = await request(one.url).post('/signin').type(form).send('user_id=3');
    const name = /^[^=]+/.exec(signedIn.headers['set-cookie']![0]!)![0];
    expect(name).toBe(`pimbuzz_${String(one.port)}_user`);
    const cookie = signedIn.headers['set-cookie']![0]!.split(';')[0]!;
    expect((await request(two.url).get('/').set('cookie', cookie)).text).not.toContain('Nguyễn');
    expect(
      (
        await request(two.url)
          .get('/')
          .set('cookie', cookie.replace(name, `pimbuzz_${String(two.port)}_user`))
      ).text,
    ).not.toContain('Nguyễn');
    await Promise.all([one.close(), two.close()]);
  });

  test('has a dashboard: an app registered there logs people in, until a person removes it', async () => {
    const started = await startProvider();
    const browser = request.agent(started.url);
    const cookie = (await browser.post('/signin').type(form).send('user_id=3')).headers['set-cookie']![0]!;
    const visit = { cookie: cookie.split(';')[0]! };
    const fields = { name: 'Mine', domain: 'localhost', category: 'other', description: 'x', iconURL: '' };
    const redirectURL = 'http://localhost:3000/cb';
    const created = await browser
      .post('/developers/apps/new')
      .set(visit)
      .type(form)
      .send({ ...fields, redirectURL });
    const { appId, ownerId } = started.apps[1]!;
    expect(ownerId).toBe('3');
    expect(created.headers.location).toContain(appId);
    expect((await browser.get('/developers/apps').set(visit)).text).toContain('Mine');
    expect((await browser.get(`/developers/apps/${appId}`).set(visit)).text).toContain(started.url);
    const edited = { ...fields, name: 'Yours', redirectURL };
    await browser.post(`/developers/apps/${appId}/edit`).set(visit).type(form).send(edited);
    const consent = await browser.get(`/api/oauth?app_id=${appId}`).set(visit);
    expect(consent.text).toContain('Yours');
    await browser.post('/oauth/accept').set(visit).type(form).send({ app_id: appId });
    expect((await browser.get('/settings/apps').set(visit)).text).toContain('Yours');
    const foreign = { ...visit, 'sec-fetch-site': 'cross-site' };
    expect((await browser.post(`/settings/apps/${appId}/remove`).set(foreign).type(form)).status).toBe(403);
    await browser.post(`/settings/apps/${appId}/remove`).set(visit).type(form);
    expect((await browser.get(`/api/oauth?app_id=${appId}`).set(visit)).status).toBe(200);
    await browser.post(`/developers/apps/${appId}/delete`).set(visit).type(form);
    expect(started.apps).toHaveLength(1);
    await started.close();
  });
});
