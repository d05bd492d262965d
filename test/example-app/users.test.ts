import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import type { LinkedProfile } from 'passport-loginwith/express';
import { SetUpError } from '../../example-app/config.js';
import { connectDatabase, openDatabase, type Database } from '../../example-app/database.js';
import { createLogins } from '../../example-app/logins.js';
import { ServiceLost } from '../../example-app/outage.js';
import { createSchema } from '../../example-app/schema.js';
import { createUsers, type Users } from '../../example-app/users.js';
import { describeWithPostgres, startPostgres, type PostgresServer } from '../support/postgres.js';

// Making a database takes its time on a busy machine.
jest.setTimeout(60_000);

const profileOf = (provider: string, id: string, displayName = 'Renée'): LinkedProfile => ({
  provider,
  id,
  displayName,
  emails: [],
  photos: [],
});
const renee = profileOf('pimbuzz', '2');
const reneeElsewhere = profileOf('lookloox', '7');
const sam = profileOf('lookloox', '3', 'Sam');

describe('the embedded database', () => {
  let folder: string;

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'example-users-'));
  });
  afterAll(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  describeUsers(() => openDatabase(join(folder, 'accounts')));

  test('is opened by one process at a time, and told to whoever comes second', async () => {
    const path = join(folder, 'locked');
    const database = await openDatabase(path);
    await expect(openDatabase(path)).rejects.toThrow(SetUpError);
    await expect(openDatabase(path)).rejects.toThrow(`Process ${process.pid} has the database of the example open`);
    await database.query('create table kept (at text)');
    await database.close();
    // A process that was killed has left its lock.
    writeFileSync(`${path}.lock`, String(spawnSync(process.execPath, ['--version']).pid));
    const again = await openDatabase(path);
    expect(await again.query('select * from kept')).toEqual([]);
    await again.close();
  });
});

describeWithPostgres('a PostgreSQL server', () => {
  let server: PostgresServer;

  beforeAll(async () => {
    server = await startPostgres();
  });
  afterAll(() => server.close());

  describeUsers(() => connectDatabase(server.url, () => undefined));

  test('that is lost in the middle of a transaction fails it, and nothing else', async () => {
    const log: string[] = [];
    const database = await connectDatabase(server.url, (text) => log.push(text));
    const failing = database.transaction(async (query) => {
      await query('select 1');
      await server.stop();
      while (log.length === 0) await setImmediate();
      await query('select 1');
    });
    await expect(failing).rejects.toThrow(ServiceLost);
    await server.start();
    expect(await database.query('select 1 as one')).toEqual([{ one: 1 }]);
    await database.close();
  });
});

function describeUsers(open: () => Promise<Database>): void {
  let database: Database;
  let users: Users;

  beforeAll(async () => {
    database = await open();
    // As processes do that start at once, and as each does that starts again.
    await Promise.all([createSchema(database), createSchema(database), createSchema(database)]);
    users = createUsers(database);
  });
  afterAll(() => database.close());
  beforeEach(() => database.query('delete from users'));

  const count = async (table: 'users' | 'identities' | 'logins') =>
    (await database.query<{ count: number }>(`select count(*)::int as count from ${table}`))[0]?.count;

  test('finds the user of an account, with what the provider told last', async () => {
    const first = await users.findOrCreate(renee);
    const second = await users.findOrCreate({ ...renee, displayName: 'Irène', registeredAt: new Date(0) });
    expect(second.id).toBe(first.id);
    expect(second.identities).toMatchObject([
      { provider: 'pimbuzz', profile: { id: '2', displayName: 'Irène', registeredAt: '1970-01-01T00:00:00.000Z' } },
    ]);
  });

  test('makes one user of any number of first logins at once', async () => {
    const found = await Promise.all(Array.from({ length: 8 }, () => users.findOrCreate(renee)));
    expect(new Set(found.map(({ id }) => id)).size).toBe(1);
    expect([await count('users'), await count('identities')]).toEqual([1, 1]);
  });

  test('takes the same number at another provider for somebody else', async () => {
    const [one, other] = await Promise.all([users.findOrCreate(renee), users.findOrCreate(profileOf('lookloox', '2'))]);
    expect(one.id).not.toBe(other.id);
  });

  test('finds the same user with every account that is linked', async () => {
    const user = await users.findOrCreate(renee);
    expect(await users.link(user, reneeElsewhere)).toBe('linked');
    expect(await users.link(user, reneeElsewhere)).toBe('linked');
    const again = await users.findOrCreate(reneeElsewhere);
    expect(again.id).toBe(user.id);
    expect(again.identities.map(({ provider }) => provider)).toEqual(['pimbuzz', 'lookloox']);
  });

  test("does not link somebody else's account, nor a second one of the same provider", async () => {
    const user = await users.findOrCreate(renee);
    await users.findOrCreate(sam);
    expect(await users.link(user, sam)).toBe('taken');
    expect(await users.link(user, profileOf('pimbuzz', '99'))).toBe('second');
    expect((await users.findOrCreate(renee)).identities).toHaveLength(1);
  });

  test('gives an account to one user when it is linked and logs in for the first time at once', async () => {
    const user = await users.findOrCreate(renee);
    const [linked, found] = await Promise.all([users.link(user, sam), users.findOrCreate(sam)]);
    expect(found.id === user.id).toBe(linked === 'linked');
    expect(await count('users')).toBe(linked === 'linked' ? 1 : 2);
  });

  test('takes away every account but the last one, also when two go at once', async () => {
    const user = await users.findOrCreate(renee);
    expect(await users.unlink(user, 'pimbuzz')).toBe(false);
    for (let round = 0; round < 20; round += 1) {
      for (const profile of [renee, sam]) await users.link(user, profile);
      const results = await Promise.all([users.unlink(user, 'pimbuzz'), users.unlink(user, 'lookloox')]);
      expect(results.filter((isUnlinked) => isUnlinked)).toHaveLength(1);
      expect(await count('identities')).toBe(1);
    }
  });

  test('removes a user with all accounts and logins, and nobody else', async () => {
    const logins = createLogins(database);
    const [user, other] = [await users.findOrCreate(renee), await users.findOrCreate(sam)];
    const [login, others] = [await logins.begin(user, ''), await logins.begin(other, '')];
    await users.remove(user);
    expect(await logins.findUser(login)).toBeUndefined();
    expect(await logins.findUser(others)).toMatchObject({ id: other.id });
    expect((await users.findOrCreate(renee)).id).not.toBe(user.id);
  });

  test('lists the logins of a user, and ends all but one', async () => {
    const logins = createLogins(database);
    const user = await users.findOrCreate(renee);
    const first = await logins.begin(user, 'Firefox');
    await database.query(`update logins set begun_at = begun_at - interval '1 minute'`);
    const second = await logins.begin(user, 'Chrome');
    expect(await logins.list(user, second)).toMatchObject([
      { browser: 'Chrome', isHere: true },
      { browser: 'Firefox', isHere: false },
    ]);
    await logins.endOthers(user, second);
    expect(await logins.findUser(first)).toBeUndefined();
    expect(await logins.findUser(second)).toMatchObject({ id: user.id });
    await logins.end(second);
    expect(await logins.list(user, undefined)).toEqual([]);
  });

  test('forgets a login after a week', async () => {
    const logins = createLogins(database);
    const user = await users.findOrCreate(renee);
    const login = await logins.begin(user, '');
    await database.query(`update logins set begun_at = begun_at - interval '7 days 1 second'`);
    expect(await logins.findUser(login)).toBeUndefined();
    expect(await logins.list(user, undefined)).toEqual([]);
    await logins.begin(user, '');
    expect(await count('logins')).toBe(1);
  });

  test('does all of a transaction or nothing', async () => {
    const failing = database.transaction(async (query) => {
      await query('insert into users values (gen_random_uuid())');
      throw new Error('in the middle');
    });
    await expect(failing).rejects.toThrow('in the middle');
    expect(await count('users')).toBe(0);
  });
}
