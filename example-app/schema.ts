import type { Database } from './database.js';

const statements = [
  'create table if not exists users (id uuid primary key)',
  // Provider and number say who somebody is at a provider; an e-mail address or a name does not.
  `create table if not exists identities (
    provider text,
    provider_user_id text,
    user_id uuid not null references users on delete cascade,
    profile jsonb not null,
    linked_at timestamptz not null default now(),
    primary key (provider, provider_user_id),
    unique (user_id, provider)
  )`,
  `create table if not exists logins (
    id uuid primary key,
    user_id uuid not null references users on delete cascade,
    browser text not null,
    begun_at timestamptz not null default now()
  )`,
  'create index if not exists logins_of_user on logins (user_id)',
  'create index if not exists logins_begun on logins (begun_at)',
  // As connect-pg-simple wants it.
  'create table if not exists session (sid varchar primary key, sess json not null, expire timestamp(6) not null)',
  'create index if not exists session_expiry on session (expire)',
];

/** Makes the tables that are missing. */
export async function createSchema({ transaction }: Database): Promise<void> {
  await transaction(async (query) => {
    // Two processes that start at once would both make them; the number is any that nothing else locks.
    await query('select pg_advisory_xact_lock(7240317)');
    for (const statement of statements) await query(statement);
  });
}
