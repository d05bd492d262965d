import { createHash, randomBytes } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { deriveKey, seal, unseal } from '../../internal/seal.js';
import type { AccessToken } from '../../types.js';
import { findSession, type SessionRequest } from './session.js';
import { sessionKeyPrefix, type SignIn } from './current-user.js';
import type { StrategySettings } from '../../options.js';

/** What `loginWith()` keeps in the session besides the user. */
interface Record {
  /** Digest of the user in the session: what is kept for one is not there for another, however the session was carried on. */
  owner: string;
  /** Random; with the owner it names this session to an attempt or a form. */
  nonce: string;
  /** Id at each provider that this session has met, by the provider's name. */
  people: { [name: string]: string };
  /** Sealed access tokens, so that neither a store nor a cookie holds one that can be used. */
  tokens: { [name: string]: string };
}

/** Reads and writes the record of one `loginWith()` in the session. */
export interface Records {
  /** Names the session and its user; `undefined` when nobody is signed in. A new name has to be saved. */
  bind(req: IncomingMessage): string | undefined;
  /** Whether {@link bind} gave this name to this session and user. */
  isBound(req: IncomingMessage, name: string): boolean;
  /** The person at a provider whom this session has met. */
  personOf(req: IncomingMessage, name: string): string | undefined;
  /** Providers at which this session has met somebody. */
  namesOf(req: IncomingMessage): string[];
  setPerson(req: IncomingMessage, name: string, id: string): void;
  /** A token that is not past its documented hour. */
  findToken(req: IncomingMessage, provider: StrategySettings): AccessToken | undefined;
  keepToken(req: IncomingMessage, provider: StrategySettings, token: AccessToken): void;
  dropToken(req: IncomingMessage, name: string): void;
}

export function createRecords(basePath: string, signIn: SignIn): Records {
  const sessionKey = sessionKeyPrefix + basePath;

  const ownerOf = (req: IncomingMessage) => {
    const stored = signIn.storedUserOf(req);
    return stored === undefined ? undefined : digest(JSON.stringify(stored));
  };
  const read = (req: SessionRequest): Record | undefined => {
    const slot = req.session?.[sessionKey];
    const record = typeof slot === 'object' && slot !== null && 'record' in slot ? slot.record : undefined;
    // Nobody but this file writes it, and the session is the server's own.
    const known = record as Record | undefined;
    return known?.owner === ownerOf(req) ? known : undefined;
  };
  const change = (req: IncomingMessage, edit: (record: Record) => void): Record | undefined => {
    const owner = ownerOf(req);
    if (owner === undefined) return undefined;
    const record = read(req) ?? { owner, nonce: randomBytes(16).toString('base64url'), people: {}, tokens: {} };
    edit(record);
    const session = findSession(req);
    const slot = session[sessionKey];
    session[sessionKey] = { ...(typeof slot === 'object' ? slot : {}), record };
    return record;
  };
  const nameOf = (record: Record) => digest(record.owner + record.nonce);

  return {
    bind(req) {
      const record = read(req) ?? change(req, () => undefined);
      return record && nameOf(record);
    },
    isBound(req, name) {
      const record = read(req);
      return record !== undefined && nameOf(record) === name;
    },
    personOf: (req, name) => read(req)?.people[name],
    namesOf: (req) => Object.keys(read(req)?.people ?? {}),
    setPerson(req, name, id) {
      change(req, ({ people }) => (people[name] = id));
    },
    findToken(req, provider) {
      const sealed = read(req)?.tokens[provider.name];
      const token = sealed === undefined ? undefined : unseal(sealed, tokenKey(provider));
      if (!Array.isArray(token)) return undefined;
      // Sealed by keepToken.
      const [accessToken, expiresAt] = token as [string, number];
      return expiresAt > Date.now() ? { accessToken, expiresAt: new Date(expiresAt) } : undefined;
    },
    keepToken(req, provider, { accessToken, expiresAt }) {
      const sealed = seal([accessToken, expiresAt.getTime()], tokenKey(provider));
      change(req, ({ tokens }) => (tokens[provider.name] = sealed));
    },
    dropToken(req, name) {
      change(req, (record) => {
        record.tokens = Object.fromEntries(Object.entries(record.tokens).filter(([kept]) => kept !== name));
      });
    },
  };
}

function tokenKey({ name, appId, appSecret }: StrategySettings): Uint8Array {
  return deriveKey(appSecret(), ['passport-loginwith token 1', name, appId]);
}

function digest(text: string): string {
  return createHash('sha256').update(text).digest('base64url').slice(0, 22);
}
