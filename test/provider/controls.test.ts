import request from 'supertest';
import { createProvider, startProvider } from '../../lib/provider/index';
import { plainApp } from '../support/plain-app';

describe('the controls', () => {
  const redirectURL = 'http://localhost:3000/cb';

  test('register, change and delete apps, and with an app its grants', async () => {
    const provider = await startProvider();
    const app = provider.createApp({
      redirectURL,
      name: 'Mine',
      appId: '42',
      appSecret: '0123456789abcdef0123456789abcdef',
      domain: undefined as unknown as string,
    });
    expect(provider.updateApp('42', { name: 'Yours' })).toEqual({ ...app, name: 'Yours' });
    expect(provider.apps).toHaveLength(2);
    provider.approve('renee', app);
    provider.deleteApp(app);
    expect(provider.apps).toHaveLength(1);
    expect(() => provider.approve('renee', app)).toThrow('there is no app "42" here');
    provider.createApp({ redirectURL, appId: '42' });
    const browser = request.agent(provider.url);
    await browser.post('/signin').type('form').send({ user_id: '2' });
    expect((await browser.get('/api/oauth?app_id=42')).text).toContain('Log in With Pimbuzz');
    await provider.close();
  });

  test.each<[object, string]>([
    [{}, '"redirectURL" of an app must be an http(s) URL or one of another scheme'],
    [{ redirectURL: ' http://x ' }, '"redirectURL" of an app must be an http(s) URL or one of another scheme'],
    [{ redirectURL, colour: 'red' }, '"colour" is not a field of an app; the fields are appId'],
    [{ redirectURL, name: 3 }, '"name" of an app must be a text'],
    [{ redirectURL, category: 'nonsense' }, '"category" of an app must be one of business'],
    [{ redirectURL, appId: 'x' }, '"appId" must be digits in a text'],
    [{ redirectURL, appSecret: 'x' }, '"appSecret" must be 32 lower-case hex characters'],
  ])('refuse the app %j', (input, message) => {
    expect(() => createProvider().createApp(input as { redirectURL: string })).toThrow(message);
  });

  test('refuse an app id that is taken, and what does not exist', () => {
    const provider = createProvider();
    const { appId } = provider.apps[0]!;
    expect(() => provider.createApp({ redirectURL, appId })).toThrow(`there is an app ${appId} already`);
    expect(() => provider.updateApp('1', {})).toThrow('there is no app "1" here');
    expect(() => provider.deleteUser('nobody')).toThrow('there is no user "nobody" here');
    expect(() => provider.configure({ maintenence: true } as object)).toThrow(
      '"maintenence" is not an option: did you mean "maintenance"?',
    );
    expect(() => provider.configure({ maintenance: 1 } as object)).toThrow('"maintenance" must be true or false');
  });

  test('add, change and delete users', () => {
    const provider = createProvider();
    const ada = provider.addUser({ username: 'ada' });
    expect(ada.id).toBe('7');
    expect(provider.addUser({ username: 'bo' }).id).toBe('8');
    expect(() => provider.addUser({ username: 'ada' })).toThrow('there is a user ada already');
    expect(() => provider.addUser({ username: 'eve', id: '2' })).toThrow('there is a user with the id 2 already');
    expect(() => provider.updateUser(ada, { username: 'sam' })).toThrow('there is a user sam already');
    provider.updateUser(ada, { username: 'ada.l', id: '99' });
    expect(provider.users.find(({ id }) => id === '7')?.username).toBe('ada.l');
    provider.deleteUser('ada.l');
    expect(provider.users.map(({ id }) => id)).toEqual(['2', '3', '4', '5', '6', '8']);
    provider.deleteUser('2');
    provider.revoke('2', provider.apps[0]!);
    expect(provider.addUser({ username: 'ada' }).id).toBe('7');
  });

  test('give the first app to the first user, or to nobody when there is none', () => {
    expect(createProvider({ users: [] }).apps[0]!.ownerId).toBe('');
    expect(createProvider().apps[0]!.ownerId).toBe('2');
  });

  test('read the time from the given clock, and move it forward', async () => {
    let now = Date.UTC(2030, 0, 1);
    const provider = await startProvider({ now: () => now });
    const agent = request.agent(plainApp(provider));
    await provider.signIn(agent);
    expect(provider.requests[0]!.at).toBe(now);
    now += 5;
    provider.advance(1000);
    await provider.signIn(agent);
    expect(provider.requests.at(-1)!.at).toBe(Date.UTC(2030, 0, 1) + 1005);
    expect(() => provider.advance(-1)).toThrow('the clock only goes forward');
    await provider.close();
  });
});
