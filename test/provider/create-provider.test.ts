import request from 'supertest';
import { createProvider, startProvider, type ProviderOptions, type StartOptions } from '../../lib/provider/index';
import { plainApp } from '../support/plain-app';

describe('startProvider', () => {
  it('listens on a free port of this machine, with an app and people from the start', async () => {
    const provider = await startProvider();
    expect(provider.url).toBe(`http://127.0.0.1:${String(provider.port)}`);
    expect(provider).toMatchObject({ name: 'Pimbuzz', version: '4.2', authorizeMethod: 'POST' });
    expect(provider.apps).toEqual([
      expect.objectContaining({
        appId: expect.stringMatching(/^[1-9]\d{14}$/),
        appSecret: expect.stringMatching(/^[0-9a-f]{32}$/),
        redirectURL: 'http://localhost:3000/auth/pimbuzz/callback',
      }),
    ]);
    expect(provider.users.map(({ username }) => username)).toEqual(['renee', 'sam', 'blank', 'layla', 'nogen']);
    await provider.close();
    await provider.close();
  });

  it('says what to do when the port is taken, or the address is not of this machine', async () => {
    const first = await startProvider();
    const hint = `port ${String(first.port)} on 127.0.0.1 is taken: stop what listens there, or choose another port`;
    await expect(startProvider({ port: first.port })).rejects.toThrow(hint);
    await first.close();
    await expect(startProvider({ host: '192.0.2.1' })).rejects.toThrow('192.0.2.1 is not an address of this machine');
    await expect(startProvider({ host: 'nowhere.invalid' })).rejects.toThrow(
      'cannot listen on nowhere.invalid, port 0',
    );
  });

  it('may be called localhost on its own port, and any name when it listens on all addresses', async () => {
    const here = await startProvider();
    const statusOf = async (url: string, host: string): Promise<number> =>
      (await request(url).get('/api/get_user_info').set('host', host)).status;
    expect(await statusOf(here.url, `localhost:${String(here.port)}`)).toBe(200);
    expect(await statusOf(here.url, 'localhost:1')).toBe(302);
    expect(await statusOf(here.url, `pimbuzz.test:${String(here.port)}`)).toBe(302);
    expect(await statusOf(here.url, 'not a host')).toBe(302);
    await here.close();
    const everywhere = await startProvider({ host: '0.0.0.0' });
    expect(await statusOf(everywhere.url, `pimbuzz.test:${String(everywhere.port)}`)).toBe(200);
    await everywhere.close();
  });

  it('takes a configured URL at its word', async () => {
    const provider = await startProvider({ siteURL: 'http://localhost:1/' });
    expect(provider.url).toBe('http://localhost:1');
    const response = await request(`http://127.0.0.1:${String(provider.port)}`).get('/api/get_user_info');
    expect(response.headers.location).toBe('http://localhost:1');
    await provider.close();
  });

  it('listens on IPv6', async () => {
    const provider = await startProvider({ host: '::1' });
    expect(provider.url).toBe(`http://[::1]:${String(provider.port)}`);
    expect((await fetch(`${provider.url}/api/get_user_info`)).status).toBe(200);
    await provider.close();
  });

  it('sends a site of another name to another callback', async () => {
    const provider = await startProvider({ name: 'Look Loox' });
    expect(provider.apps[0]!.redirectURL).toBe('http://localhost:3000/auth/lookloox/callback');
    await provider.close();
  });
});

describe('options', () => {
  it.each<[unknown, string]>([
    [null, 'createProvider: options must be an object'],
    [{ verson: '4.2' }, '"verson" is not an option; the options are version, authorizeMethod'],
    [{ version: '5' }, `"version" must be '2.8' or '4.0' or '4.2', not "5"`],
    [{ authorizeMethod: 'PUT' }, `"authorizeMethod" must be 'GET' or 'POST'`],
    [{ name: '' }, '"name" must be a name'],
    [{ name: '<b>' }, '"name" must be a name'],
    [{ users: {} }, '"users" must be an array of users, not {}'],
    [{ users: [{}] }, `"users[0]": a user's "username" must be a text that is not empty, not missing`],
    [{ users: [[]] }, '"users[0]": a user must be an object'],
    [{ users: [{ username: 'a', age: 3 }] }, '"age" is not a field of a user; the fields are id, username'],
    [{ users: [{ username: 'a', id: 3 }] }, `"id" of a must be digits in a text, such as '2', not 3`],
    [{ users: [{ username: 'a', email: [] }] }, '"email" of a must be a text or null, not an array'],
    [{ users: [{ username: 'a', verified: 1 }] }, '"verified" of a must be true or false, not 1'],
    [{ users: [{ username: 'a' }, { username: 'a' }] }, '"users[1]": the user name a is there twice'],
    [{ users: [{ username: 'a', id: '3' }, { username: 'b' }] }, '"users[1]": the id 3 is there twice'],
    [{ redirectURL: 'ftp://x' }, '"redirectURL" must be an http(s) URL, not "ftp://x"'],
    [{ siteURL: 'http://a/b' }, '"siteURL" must be an http(s) URL without a path'],
    [{ uploadsURL: '/x' }, '"uploadsURL" must be an http(s) URL'],
    [{ language: 'xx' }, `"language" must be 'en', 'fr' or 'de', not "xx"`],
    [{ genderLabels: { male: 1 } }, '"genderLabels" must be an object with texts'],
    [{ genderLabels: 'x' }, '"genderLabels" must be an object with texts'],
    [{ state: '' }, '"state" must be the path of a file'],
    [{ now: 1 }, '"now" must be a function that returns milliseconds, not 1'],
    [{ now: 1, state: () => 1 }, '"state" must be the path of a file, not a function; "now" must be'],
    [{ maintenance: 'yes' }, '"maintenance" must be true or false, not "yes"'],
    [{ debugging: 'loud' }, '"debugging" must be true or false, not "loud"'],
    [{ port: 1 }, '"port" is not an option'],
  ])('refuses %j', (options, message) => {
    expect(() => createProvider(options as ProviderOptions)).toThrow(TypeError);
    expect(() => createProvider(options as ProviderOptions)).toThrow(message);
  });

  it('refuses a wrong port or host', async () => {
    await expect(startProvider({ port: -1 })).rejects.toThrow('"port" must be a number from 0 to 65535, not -1');
    await expect(startProvider({ host: 3 } as unknown as StartOptions)).rejects.toThrow('"host" must be an address');
  });

  it('knows the body dialect in every version, and has labels, uploads and language of the site’s own', async () => {
    const provider = await startProvider({
      version: '4.0',
      authorizeMethod: 'POST',
      language: 'de',
      uploadsURL: 'https://cdn.example/files/',
      genderLabels: { male: 'Männlich' },
      users: [
        { username: 'max', gender: 'male', picture: 'm.svg' },
        { username: 'kim', gender: 'Enby & co' },
        { username: 'ann', gender: 'female', biography: 'é'.repeat(200), firstName: 'é'.repeat(40) },
        { username: 'zoe' },
      ],
    });
    const infos = [];
    for (const user of provider.users) {
      infos.push((await provider.signIn(request.agent(plainApp(provider)), user)).body.user_info);
    }
    expect(infos.map(({ user_gender }) => user_gender)).toEqual(['M&auml;nnlich', 'Enby &amp; co', 'Female', 'N/V']);
    expect(infos[0]).toMatchObject({
      profile_picture: 'https://cdn.example/files/m.svg',
      profile_cover: 'https://cdn.example/files/',
    });
    // The column is full in the middle of an entity; the biography's column is not.
    expect(infos[2].user_firstname).toBe(`${'&eacute;'.repeat(31)}&eacute`);
    expect(infos[2].user_biography).toHaveLength(1600);
    await provider.close();
  });

  it('reads all time from the clock it is given', async () => {
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
