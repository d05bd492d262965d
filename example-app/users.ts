import { randomUUID } from 'node:crypto';
import type { LinkedProfile } from 'passport-loginwith/express';
import type { Database, Query } from './database.js';

/** Somebody who has logged in here, at whichever provider. */
export interface User {
  id: string;
  /** The accounts that log in as this user, the oldest first. */
  identities: Identity[];
}

/** An account at a provider. */
export interface Identity {
  provider: string;
  /** What the provider told at the latest login with it, as JSON. */
  profile: Omit<LinkedProfile, 'registeredAt'> & { registeredAt?: string };
}

export type Users = ReturnType<typeof createUsers>;

export function createUsers({ query, transaction }: Database) {
  return {
    /** Finds the user of an account, or creates one at its first login, also when two logins ask at once. */
    findOrCreate: (profile: LinkedProfile): Promise<User> =>
      transaction(async (query) => {
        const id = (await refresh(query, profile)) ?? (await create(query, profile));
        const sql = 'select provider, profile from identities where user_id = $1 order by linked_at';
        return { id, identities: await query<Identity>(sql, [id]) };
      }),
    /** Lets an account log in as this user, unless it is somebody else's or the user has another at this provider. */
    link: (user: User, profile: LinkedProfile): Promise<'linked' | 'taken' | 'second'> =>
      transaction(async (query) => {
        const account = [profile.provider, profile.id];
        await lock(query, user);
        await query(
          `insert into identities (provider, provider_user_id, user_id, profile) values ($1, $2, $3, $4)
            on conflict do nothing`,
          [...account, user.id, toJSON(profile)],
        );
        const [owner] = await query<{ user_id: string }>(
          'select user_id from identities where provider = $1 and provider_user_id = $2',
          account,
        );
        if (owner === undefined) return 'second';
        return owner.user_id === user.id ? 'linked' : 'taken';
      }),
    /** Keeps what a provider tells. */
    refresh: (profile: LinkedProfile) => refresh(query, profile),
    /** Takes an account away from a user who has another one; false if it is the last. */
    unlink: (user: User, provider: string): Promise<boolean> =>
      transaction(async (query) => {
        await lock(query, user);
        const rows = await query(
          `delete from identities where user_id = $1 and provider = $2
            and exists (select from identities where user_id = $1 and provider <> $2) returning provider`,
          [user.id, provider],
        );
        return rows.length > 0;
      }),
    /** Removes a user with all accounts and all logins. */
    remove: (user: User) => query('delete from users where id = $1', [user.id]),
  };
}

/** Lets one transaction after the other change the accounts of a user: two at once could take away both. */
async function lock(query: Query, user: User): Promise<void> {
  await query('select from users where id = $1 for update', [user.id]);
}

/** Keeps what the provider tells of an account that is known; resolves to the id of its user. */
async function refresh(query: Query, profile: LinkedProfile): Promise<string | undefined> {
  const [known] = await query<{ user_id: string }>(
    'update identities set profile = $3 where provider = $1 and provider_user_id = $2 returning user_id',
    [profile.provider, profile.id, toJSON(profile)],
  );
  return known?.user_id;
}

/** Creates a user for an account, unless another login has done it meanwhile: then the account has that user. */
async function create(query: Query, profile: LinkedProfile): Promise<string> {
  const id = randomUUID();
  await query('insert into users values ($1)', [id]);
  const [identity] = await query<{ user_id: string }>(
    `insert into identities (provider, provider_user_id, user_id, profile) values ($1, $2, $3, $4)
      on conflict (provider, provider_user_id) do update set profile = excluded.profile returning user_id`,
    [profile.provider, profile.id, id, toJSON(profile)],
  );
  if (identity === undefined || identity.user_id === id) return id;
  await query('delete from users where id = $1', [id]);
  return identity.user_id;
}

/** Without the body that was received, which a profile of a login still has. */
function toJSON(profile: LinkedProfile): string {
  return JSON.stringify({ ...profile, _raw: undefined, _json: undefined });
}
