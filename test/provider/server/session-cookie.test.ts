import request from 'supertest';
import { startProvider, type LocalProvider } from '../../../lib/provider/index';

const running: LocalProvider[] = [];
const start = async (): Promise<LocalProvider> => {
  const provider = await startProvider();
  running.push(provider);
  return provider;
};
afterEach(async () => {
  for (const provider of running.splice(0)) await provider.close();
});

async function signIn({ url }: LocalProvider, fields: Record<string, string>): Promise<string> {
  const response = await request(url).post('/signin').type('form').send(fields);
  expect(response.status).toBe(303);
  return response.headers['set-cookie']![0]!;
}

async function homePage({ url }: LocalProvider, cookie: string): Promise<string> {
  return (await request(url).get('/').set('cookie', cookie)).text;
}

test('the cookie names the user, is signed, and is out of reach of scripts and other sites', async () => {
  const provider = await start();
  const cookie = await signIn(provider, { user_id: '3' });
  expect(cookie).toMatch(
    new RegExp(`^pimbuzz_${String(provider.port)}_user=3\\.[\\w-]{43}; Path=/; HttpOnly; SameSite=Lax$`),
  );
  expect(await homePage(provider, cookie)).toContain('Sam Nguyễn');
  expect(await homePage(provider, `of-the-app=1; ${cookie}; another="x"`)).toContain('Sam Nguyễn');
});

test('a forged cookie signs nobody in', async () => {
  const provider = await start();
  const cookie = await signIn(provider, { user_name: ' sam ' });
  expect(await homePage(provider, cookie)).toContain('Sam Nguyễn');
  for (const forged of [cookie.replace('=3.', '=2.'), cookie.replace(/=3\..*/, '=3'), cookie.replace(/=3\..*/, '=')]) {
    expect(await homePage(provider, forged)).toContain('You are not signed in.');
  }
});

test('the cookie of a deleted user signs nobody in', async () => {
  const provider = await start();
  const cookie = await signIn(provider, { user_id: '3' });
  provider.deleteUser('3');
  expect(await homePage(provider, cookie)).toContain('You are not signed in.');
});

test('signing out takes the cookie away', async () => {
  const provider = await start();
  const response = await request(provider.url).post('/signout');
  expect(response.headers['set-cookie']![0]).toMatch(/^pimbuzz_\d+_user=; Max-Age=0; Path=\/; HttpOnly; SameSite=Lax$/);
});

test('two providers on one machine neither share a cookie nor accept each other’s signature', async () => {
  const [one, two] = await Promise.all([start(), start()]);
  const cookie = await signIn(one, { user_id: '3' });
  expect(await homePage(two, cookie)).toContain('You are not signed in.');
  const renamed = cookie.replace(String(one.port), String(two.port));
  expect(await homePage(two, renamed)).toContain('You are not signed in.');
});
