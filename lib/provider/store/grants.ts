import { newSecret } from './apps.js';
import { collate } from '../server/php-parameters.js';

/** Seconds that a token lives, and is handed out again for (PROTOCOL.md: get_user_info, authorize). */
const TOKEN_SECONDS = 60;

/** One row of the site's table: a person has accepted an app. It holds at most one pending key and one token. */
export interface Approval {
  readonly appId: string;
  readonly userId: string;
  /** Milliseconds since 1970. */
  readonly acceptedAt: number;
  /** Rows are numbered in the order in which they were made. */
  readonly ordinal: number;
  authKey: string | null;
  token: Token | null;
}

interface Token {
  readonly value: string;
  /** Seconds since 1970: the table's times have no fractions. */
  readonly issuedAt: number;
}

/** What a token is good for now. */
export type TokenState = { type: 'valid' | 'expired'; approval: Approval } | { type: 'unknown' };

/**
 * The table of approvals, with their keys and tokens. At most one row per app and person; a new start replaces the
 * key in place. With `sharedToken`, as on 2.8, a new token is written into *every* row, and looking one up finds the
 * first row, whoever logged in.
 */
export class Approvals {
  private readonly rows = new Map<string, Approval>();
  private readonly byKey = new Map<string, Approval>();
  private readonly byToken = new Map<string, Approval>();
  private readonly sharedToken: boolean;
  private lastOrdinal = 0;
  /** Stands for the write into every row, which would be slow with thousands of them: rows up to `upTo` have it. */
  private everyRow: { token: Token; upTo: number } | null = null;

  constructor({ sharedToken }: { sharedToken: boolean }) {
    this.sharedToken = sharedToken;
  }

  find(appId: string, userId: string): Approval | undefined {
    return this.rows.get(rowKey(appId, userId));
  }

  list(): Approval[] {
    return [...this.rows.values()];
  }

  /** The row of this app and person, which stays as it is when there is one. */
  approve(appId: string, userId: string, acceptedAt: number): Approval {
    const existing = this.find(appId, userId);
    if (existing !== undefined) return existing;
    const row = { appId, userId, acceptedAt, ordinal: ++this.lastOrdinal, authKey: null, token: null };
    this.rows.set(rowKey(appId, userId), row);
    return row;
  }

  /** Takes a row away, and with it its key and its token. */
  revoke(appId: string, userId: string): boolean {
    const row = this.find(appId, userId);
    if (row === undefined) return false;
    this.setKey(row, null);
    this.setToken(row, null);
    return this.rows.delete(rowKey(appId, userId));
  }

  revokeApp(appId: string): void {
    for (const row of this.list()) if (row.appId === appId) this.revoke(appId, row.userId);
  }

  /** A new key for this row; the one before it is void from now on. */
  issueKey(row: Approval): string {
    const key = newSecret();
    this.setKey(row, key);
    return key;
  }

  findByKey(appId: string, authKey: string): Approval | undefined {
    const row = this.byKey.get(collate(authKey));
    return row?.appId === appId ? row : undefined;
  }

  /** Uses a row's key up and returns its token: the one it has while that is young enough, else a new one. */
  exchangeKey(row: Approval, second: number): string {
    this.setKey(row, null);
    const current = this.tokenOf(row);
    if (current !== null && !isExpired(current, second)) return current.value;
    const token = { value: newSecret(), issuedAt: second };
    this.writeToken(row, token);
    return token.value;
  }

  lookUpToken(value: string, second: number): TokenState {
    const approval = this.findByToken(value);
    const token = approval === undefined ? null : this.tokenOf(approval);
    if (approval === undefined || token === null) return { type: 'unknown' };
    return { type: isExpired(token, second) ? 'expired' : 'valid', approval };
  }

  /** Makes a token as old as it must be to be refused. */
  expireToken(value: string, second: number): void {
    const row = this.findByToken(value);
    if (row !== undefined) this.writeToken(row, { value, issuedAt: second - TOKEN_SECONDS - 1 });
  }

  /** Replaces a token, as a newer login does. */
  replaceToken(value: string, second: number): void {
    const row = this.findByToken(value);
    if (row !== undefined) this.writeToken(row, { value: newSecret(), issuedAt: second });
  }

  private findByToken(value: string): Approval | undefined {
    if (!this.sharedToken) return this.byToken.get(collate(value));
    if (this.everyRow === null || collate(value) !== this.everyRow.token.value) return undefined;
    // Rows are kept in the order of their ordinals, so only the first one can be the answer.
    const [first] = this.rows.values();
    return first !== undefined && first.ordinal <= this.everyRow.upTo ? first : undefined;
  }

  private tokenOf(row: Approval): Token | null {
    if (!this.sharedToken) return row.token;
    return this.everyRow !== null && row.ordinal <= this.everyRow.upTo ? this.everyRow.token : null;
  }

  private writeToken(row: Approval, token: Token): void {
    if (this.sharedToken) this.everyRow = { token, upTo: this.lastOrdinal };
    else this.setToken(row, token);
  }

  private setKey(row: Approval, key: string | null): void {
    if (row.authKey !== null) this.byKey.delete(row.authKey);
    if (key !== null) this.byKey.set(key, row);
    row.authKey = key;
  }

  private setToken(row: Approval, token: Token | null): void {
    if (row.token !== null) this.byToken.delete(row.token.value);
    if (token !== null) this.byToken.set(token.value, row);
    row.token = token;
  }
}

function isExpired(token: Token, second: number): boolean {
  return second - token.issuedAt > TOKEN_SECONDS;
}

function rowKey(appId: string, userId: string): string {
  return `${appId}:${userId}`;
}
