import { createTenants } from '../../lib/login/tenants';
import { cookieSecret } from '../support/strategy-app';

const options = { provider: 'https://social.example', appId: '1', appSecret: 'b4c7d1e2f3a4b5c6d7e8f9a0b1c2d3e4' };

/** What a database returns may leave secrets out when it is printed. */
class Row {
  toJSON() {
    return 'a row';
  }
}

/** The name that sessions and stores have of these options. */
const nameOf = (given: object, secret: string | string[] = cookieSecret) => {
  let name = '';
  const tenants = createTenants(
    secret,
    (_options, key) => (name = key),
    () => undefined,
  );
  tenants.get(given);
  return name;
};

test('equal options have one name, and others another one', () => {
  const name = nameOf(options);
  expect(nameOf({ ...options })).toBe(name);
  expect(nameOf(Object.assign(new Row(), options))).toBe(name);
  for (const other of [{ appSecret: 'another' }, { timeout: 1 }, { callbackURL: '/x' }])
    expect(nameOf({ ...options, ...other })).not.toBe(name);
});

test('who does not know the secret of the cookies cannot check a guess of an app’s secret', () => {
  const name = nameOf(options);
  expect(nameOf(options, 'x'.repeat(32))).not.toBe(name);
  expect(nameOf(options, [cookieSecret, 'x'.repeat(32)])).toBe(name);
});

test('objects that are no data are told apart', () => {
  const made: object[] = [];
  const tenants = createTenants(
    cookieSecret,
    (given) => made.push(given),
    () => undefined,
  );
  const [one, two] = [{ request() {} }, { request() {} }];
  for (const dispatcher of [one, two, one]) tenants.get({ ...options, dispatcher });
  expect(made).toHaveLength(2);
});

test('a name is the same in all processes, whatever parts of theirs the options have', () => {
  const dispatcher = { request() {} };
  expect(nameOf({ ...options, dispatcher })).toBe(nameOf({ ...options, dispatcher: { request() {} } }));
  expect(nameOf({ ...options, dispatcher })).toBe(nameOf(options));
});

test('a thousand are kept, those that were used last, and what is dropped is told', () => {
  const made: string[] = [];
  const dropped: string[] = [];
  const make = (given: object) => {
    const { appId } = given as typeof options;
    made.push(appId);
    return appId;
  };
  const tenants = createTenants(cookieSecret, make, (appId) => void dropped.push(appId));
  for (let i = 1; i <= 1000; i += 1) tenants.get({ ...options, appId: String(i) });
  tenants.get({ ...options, appId: '1' });
  tenants.get({ ...options, appId: '1001' });
  expect(dropped).toEqual(['2']);
  expect(tenants.all()).toHaveLength(1000);
  made.length = 0;
  for (const appId of ['1', '1001', '2']) tenants.get({ ...options, appId });
  expect(made).toEqual(['2']);
});
