import { randomUUID } from 'node:crypto';
import type { Database } from './database.js';
import { lifetime } from './sessions.js';
import type { Identity, User } from './users.js';

/** Where somebody is logged in. */
export interface Login {
  begunAt: Date;
  /** The `User-Agent` of the browser. */
  browser: string;
  /** Whether it is the one that asks. */
  isHere: boolean;
}

export type Logins = ReturnType<typeof createLogins>;

/** Keeps the logins of each user beside the sessions, so that they can be listed and ended in any store. */
export function createLogins({ query }: Database) {
  const isOver = `begun_at < now() - interval '${lifetime} milliseconds'`;
  return {
    /** Resolves to the id that the session keeps. */
    async begin(user: User, browser: string): Promise<string> {
      const id = randomUUID();
      await query(`delete from logins where ${isOver}`);
      await query('insert into logins (id, user_id, browser) values ($1, $2, $3)', [
        id,
        user.id,
        browser.slice(0, 500),
      ]);
      return id;
    },
    /** Finds the user of a login that nobody has ended. */
    async findUser(id: string): Promise<User | undefined> {
      const identities = await query<Identity & { user_id: string }>(
        `select user_id, provider, profile from logins join identities using (user_id)
          where id = $1 and not ${isOver} order by linked_at`,
        [id],
      );
      return identities[0] && { id: identities[0].user_id, identities };
    },
    /** All of a user, the newest first. */
    list: (user: User, here: string | undefined) =>
      query<Login>(
        `select begun_at as "begunAt", browser, coalesce(id = $2, false) as "isHere" from logins
          where user_id = $1 and not ${isOver} order by begun_at desc`,
        [user.id, here],
      ),
    end: (id: string) => query('delete from logins where id = $1', [id]),
    endOthers: (user: User, id: string) => query('delete from logins where user_id = $1 and id <> $2', [user.id, id]),
  };
}
