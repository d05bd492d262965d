import { readConfig, SetUpError } from '../../example-app/config.js';

test.each([
  [{ PIMBUZZ_APP_ID: '1' }, 'PIMBUZZ_APP_ID is set, but PIMBUZZ_APP_SECRET is not'],
  [{ LOOKLOOX_APP_SECRET: 's3cret' }, 'LOOKLOOX_APP_SECRET is set, but LOOKLOOX_APP_ID is not'],
  [{ PIMBUZZ_APP_ID: '1', PIMBUZZ_APP_SECRET: 's3 cret' }, 'PIMBUZZ_APP_SECRET must have no space in it'],
  [{ PORT: '70000' }, 'PORT must be 0 to 65535, not "70000"'],
  [{ LOOKLOOX_PORT: 'http' }, 'LOOKLOOX_PORT must be 0 to 65535'],
  [{ PIMBUZZ_URL: 'https://social.example' }, 'PIMBUZZ_URL is set, but PIMBUZZ_APP_ID is not'],
  [{ LOOKLOOX_URL: 'http://social.example' }, 'LOOKLOOX_URL must be an address such as https://social.example'],
  [{ LOOKLOOX_URL: 'social.example' }, 'LOOKLOOX_URL must be an address'],
  [{ APP_URL: 'app.example' }, 'APP_URL must be an address without a path, such as https://app.example'],
  [{ APP_URL: 'https://app.example/login' }, 'APP_URL must be an address without a path'],
  [{ TRUST_PROXY: 'yes' }, 'TRUST_PROXY must be a number of proxies, or addresses'],
  [{ SESSION_SECRET: 's3cret, but a short one' }, 'SESSION_SECRET must have 32 or more random characters'],
  [{ DATABASE_URL: 'mysql://:s3cret@db/app' }, 'DATABASE_URL must be an address such as postgres://'],
  [{ DATABASE_URL: 'postgres://:s3cret@db' }, 'DATABASE_URL must be an address such as postgres://'],
  [{ REDIS_URL: 'http://:s3cret@cache' }, 'REDIS_URL must be an address such as redis://'],
  [{ REDIS_URL: 'redis://:s3cret@cache' }, 'REDIS_URL is set, but SESSION_SECRET is not'],
  [{ REDIS_URL: 'redis://:s3cret@cache' }, 'REDIS_URL is set, but DATABASE_URL is not'],
])('%j is a mistake that is named, without a secret', (env, message) => {
  expect(() => readConfig(env)).toThrow(SetUpError);
  expect(() => readConfig(env)).toThrow(message);
  expect(() => readConfig(env)).not.toThrow(/s3 ?cret/);
});

test('nothing has to be set', () => {
  expect(readConfig({ PORT: '', DATABASE_URL: ' ' })).toMatchObject({ port: 3000, databaseURL: undefined });
});
