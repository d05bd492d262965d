import { newSecret } from './secret.js';

/** A row of the site's table: a user has accepted an app. It holds at most one pending key and one token. */
export interface Grant {
  readonly appId: string;
  readonly userId: string;
  /** Milliseconds since 1970. */
  readonly grantedAt: number;
  /** Rows are numbered in the order in which they were made. */
  readonly ordinal: number;
  authKey: string | null;
  token: Token | null;
}

/** The grant that a token belongs to, whether the token still lives, and its age in seconds. */
type TokenState = { type: 'valid' | 'expired'; grant: Grant; age: number } | { type: 'unknown' };

/** The table of grants, with their keys and tokens. At most one row per app and user. */
export interface Grants {
  list(): Grant[];
  find(appId: string, userId: string): Grant | undefined;
  findByKey(appId: string, authKey: string): Grant | undefined;
  findToken(value: string, second: number): TokenState;
  /** Adds the row of this app and user, or returns the one that is there, unchanged. */
  add(appId: string, userId: string, grantedAt: number): Grant;
  /** Removes a row with its key and its token. Returns whether there was one. */
  remove(appId: string, userId: string): boolean;
  removeApp(appId: string): void;
  /** Gives the row a new key; the one before it becomes invalid. */
  issueKey(grant: Grant): string;
  /** Uses the row's key up and returns its token: the one it has while that is young enough, else a new one. */
  exchangeKey(grant: Grant, second: number): string;
  /** Makes a token so old that it is refused. */
  expireToken(value: string, second: number): void;
  /** Replaces a token, as a newer login does. */
  replaceToken(value: string, second: number): void;
}

interface Token {
  readonly value: string;
  /** Seconds since 1970: the table's times have no fractions. */
  readonly issuedAt: number;
}

/** Where the tokens of the rows are kept. */
interface TokenColumn {
  find(value: string): Grant | undefined;
  read(row: Grant): Token | null;
  write(row: Grant, token: Token | null): void;
}

/**
 * @param sharedToken as on 2.8: a new token is written into *every* row, and looking one up finds the first row,
 *   whoever logged in (PROTOCOL.md: get_user_info)
 */
export function createGrants({ sharedToken }: { sharedToken: boolean }): Grants {
  const rows = new Map<string, Grant>();
  const byKey = new Map<string, Grant>();
  let lastOrdinal = 0;
  const tokens = sharedToken
    ? createSharedTokenColumn({ firstRow: () => rows.values().next().value, lastOrdinal: () => lastOrdinal })
    : createTokenColumn();

  const list = (): Grant[] => [...rows.values()];
  const find = (appId: string, userId: string): Grant | undefined => rows.get(rowKey(appId, userId));
  const setKey = (row: Grant, key: string | null): void => {
    if (row.authKey !== null) byKey.delete(row.authKey);
    if (key !== null) byKey.set(key, row);
    row.authKey = key;
  };
  const remove = (appId: string, userId: string): boolean => {
    const row = find(appId, userId);
    if (row === undefined) return false;
    setKey(row, null);
    tokens.write(row, null);
    return rows.delete(rowKey(appId, userId));
  };
  const overwriteToken = (value: string, token: Token): void => {
    const row = tokens.find(value);
    if (row !== undefined) tokens.write(row, token);
  };

  return {
    list,
    find,
    findByKey(appId, authKey) {
      const row = byKey.get(collate(authKey));
      return row?.appId === appId ? row : undefined;
    },
    findToken(value, second) {
      const grant = tokens.find(value);
      const token = grant === undefined ? null : tokens.read(grant);
      if (grant === undefined || token === null) return { type: 'unknown' };
      return { type: isExpired(token, second) ? 'expired' : 'valid', grant, age: second - token.issuedAt };
    },
    add(appId, userId, grantedAt) {
      const existing = find(appId, userId);
      if (existing !== undefined) return existing;
      const row = { appId, userId, grantedAt, ordinal: ++lastOrdinal, authKey: null, token: null };
      rows.set(rowKey(appId, userId), row);
      return row;
    },
    remove,
    removeApp(appId) {
      for (const row of list()) if (row.appId === appId) remove(appId, row.userId);
    },
    issueKey(row) {
      const key = newSecret();
      setKey(row, key);
      return key;
    },
    exchangeKey(row, second) {
      setKey(row, null);
      const current = tokens.read(row);
      if (current !== null && !isExpired(current, second)) return current.value;
      const token = { value: newSecret(), issuedAt: second };
      tokens.write(row, token);
      return token.value;
    },
    expireToken: (value, second) => overwriteToken(value, { value, issuedAt: second - tokenSeconds - 1 }),
    replaceToken: (value, second) => overwriteToken(value, { value: newSecret(), issuedAt: second }),
  };
}

/** Seconds that a token lives, and is handed out again for (PROTOCOL.md: get_user_info, authorize). */
export const tokenSeconds = 60;

function createTokenColumn(): TokenColumn {
  const byToken = new Map<string, Grant>();
  return {
    find: (value) => byToken.get(collate(value)),
    read: (row) => row.token,
    write(row, token) {
      if (row.token !== null) byToken.delete(row.token.value);
      if (token !== null) byToken.set(token.value, row);
      row.token = token;
    },
  };
}

/** Keeps the one token and the number of the last row that has it: a write into thousands of rows would be slow. */
function createSharedTokenColumn(table: { firstRow(): Grant | undefined; lastOrdinal(): number }): TokenColumn {
  let shared: { token: Token; upTo: number } | null = null;
  const read = (row: Grant): Token | null => (shared !== null && row.ordinal <= shared.upTo ? shared.token : null);
  return {
    find(value) {
      if (shared === null || collate(value) !== shared.token.value) return undefined;
      // Rows are kept in the order of their ordinals, so only the first one can be found.
      const first = table.firstRow();
      return first !== undefined && read(first) !== null ? first : undefined;
    },
    read,
    write(_row, token) {
      // A row that is removed takes no other row's token with it.
      if (token !== null) shared = { token, upTo: table.lastOrdinal() };
    },
  };
}

/** The database compares keys and tokens without case and without trailing spaces (a `_ci` collation). */
export function collate(text: string): string {
  let end = text.length;
  while (text[end - 1] === ' ') end -= 1;
  return text.slice(0, end).toLowerCase();
}

function isExpired(token: Token, second: number): boolean {
  return second - token.issuedAt > tokenSeconds;
}

function rowKey(appId: string, userId: string): string {
  return `${appId}:${userId}`;
}
