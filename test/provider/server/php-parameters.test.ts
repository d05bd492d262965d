import express from 'express';
import request from 'supertest';
import { createProvider, startProvider } from '../../../lib/provider/index';
import { cpuTimeUntil } from '../../support/cpu-time';

const form = 'application/x-www-form-urlencoded';

describe('requests as PHP reads them', () => {
  let provider: Awaited<ReturnType<typeof startProvider>>;
  beforeAll(async () => {
    provider = await startProvider();
  });
  afterAll(() => provider.close());
  const message = async (path: string, body = '', type = form): Promise<string> => {
    const response = await request(provider.url).post(path).set('content-type', type).send(body);
    return String(response.body.message ?? response.status);
  };

  test.each([
    ['app_id=1&app_id=', 'invalid app_id'],
    ['app.id=1', 'invalid app_secret'],
    ['app+id=1', 'invalid app_secret'],
    [' app_id=1', 'invalid app_secret'],
    ['app_id=0', 'invalid app_secret'],
    ['[app_id]=1', 'invalid app_id'],
    ['app_id', 'invalid app_id'],
    ['app_id=%ZZ', 'invalid app_secret'],
    ['app_id=%09%00%0B', 'invalid app_id'],
    ['app_id=1&app_secret[x]=1', '500'],
    ['app_id=1&app_secret[x=1', 'invalid app_secret'],
  ])('%s: %s', async (body, expected) => {
    expect(await message('/api/authorize', body)).toContain(expected);
  });

  test.each([
    [' 0042', true],
    ['+42x', true],
    ['42.9', true],
    ['4.2e1', true],
    ['-.42e2', false],
    ['.42e2', true],
    ['.42', false],
    ['42e-1', false],
    ['42e1', false],
    ['-42', false],
    ['1e999', false],
    ['0x2a', false],
  ])('app_id %s is 42: %s', async (appId, is42) => {
    if (!provider.apps.some((app) => app.appId === '42')) {
      provider.createApp({ redirectURL: 'http://localhost/', appId: '42' });
    }
    const body = `app_id=${encodeURIComponent(appId)}&app_secret=x&auth_key=x`;
    expect(await message('/api/authorize', body)).toContain(is42 ? 'invalid app_secret' : "doesn't exist");
  });

  test.each([
    [
      'multipart/form-data; boundary="B x"',
      '--B x\nContent-Disposition: form-data; name="app_id"\n\n1\n--B x--',
      'app_secret',
    ],
    [
      'multipart/form-data; boundary=B',
      '--B\r\nContent-Disposition: form-data; name="app_id"; filename="x"\r\n\r\n1\r\n--B--',
      'app_id',
    ],
    ['multipart/form-data; boundary=B', 'no parts', 'app_id'],
    ['multipart/form-data; charset=utf-8', '--B', 'app_id'],
    ['text/plain', 'app_id=1', 'app_id'],
    [form, `app_id=1&x=${'x'.repeat(1_100_000)}`, 'app_id'],
    [form, `app_id=1&x=${'x'.repeat(500_000)}`, 'app_secret'],
  ])('%s', async (type, body, missing) => {
    expect(await message('/api/authorize', body, type)).toBe(`Bad Request, invalid ${missing}`);
  });

  test.each([
    ['many question marks', '?a='.repeat(2600), '', 'invalid app_id'],
    ['many spaces in the key', '', `auth_key=${'+'.repeat(300_000)}x`, 'invalid auth_key'],
  ])('reads %s without delay', async (_name, query, fields, expected) => {
    const { appId, appSecret } = provider.apps[0]!;
    const body = fields && `app_id=${appId}&app_secret=${appSecret}&${fields}`;
    const work = async () => expect(await message(`/api/authorize${query}`, body)).toContain(expected);
    expect(await cpuTimeUntil(work)).toBeLessThan(1000);
  });

  test('takes the method from the path, decoded, or from `do`, which overrides it', async () => {
    expect(await message('/api/%61uthorize')).toContain('invalid app_id');
    expect(await message('/api/%2561uthorize')).toContain('invalid app_id');
    expect(await message('/api/foo%26do=authorize')).toContain('invalid app_id');
    expect(await message('/api/foo?do=authorize')).toContain('invalid app_id');
    expect(await message('/api.php?do[]=authorize')).toContain('invalid parameters');
  });

  test('uses the form that an outer app’s parser has read', async () => {
    const inner = createProvider();
    const outer = express().use(express.urlencoded({ extended: true }), inner);
    const ask = async (body: string): Promise<unknown> =>
      (await request(outer).post('/api/authorize').type(form).send(body)).body;
    await expect(ask('app_id=1')).resolves.toMatchObject({ message: 'Bad Request, invalid app_secret' });
    await expect(ask('app_id[]=1')).resolves.toEqual({});
  });
});
