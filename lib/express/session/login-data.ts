import type { IncomingMessage } from 'node:http';
import { digest } from '../../internal/digest.js';
import { randomBytes } from '../../internal/random.js';
import type { AccessToken } from '../../types.js';
import type { Settings } from '../options.js';
import { entryKeyOf, type CurrentUser } from './current-user.js';
import { getSession, type SessionRequest } from './session.js';

/** What `loginWith()` keeps in the session besides the user. */
export interface LoginData {
  /** Names the session and its user; `undefined` if nobody is signed in. Save the session afterwards. */
  bind(req: IncomingMessage): string | undefined;
  /** Whether {@link bind} gave this name to this session and user. */
  isBound(req: IncomingMessage, name: string): boolean;
  /** The user's id at a provider, if this session has logged in there. */
  accountIdOf(req: IncomingMessage, provider: string): string | undefined;
  setAccountId(req: IncomingMessage, provider: string, id: string): void;
  /** Names of the providers where this session has logged in. */
  providersOf(req: IncomingMessage): string[];
  /** The access token of a provider, within its documented hour. */
  findToken(req: IncomingMessage, provider: string): Promise<AccessToken | undefined>;
  keepToken(req: IncomingMessage, provider: string, token: AccessToken): Promise<void>;
  dropToken(req: IncomingMessage, provider: string): void;
  /** Makes the session wait for the form of one link, in place of an earlier one; returns its id. */
  expectLink(req: IncomingMessage): string;
  /** Whether the session waits for this form. */
  isLinkExpected(req: IncomingMessage, id: string): boolean;
  /** Ends the wait for this form, but not for a newer one. */
  endLink(req: IncomingMessage, id: string): void;
}

/** As the session holds it. */
interface StoredLoginData {
  /** Digest of the session's user: data of one user is not there for another, however the session was carried on. */
  owner: string;
  /** Random; with the owner it names this session. */
  nonce: string;
  /** Ids by the provider's name. */
  accounts: { [provider: string]: string };
  /** Sealed access tokens by the provider's name, so that neither a store nor a cookie holds a usable one. */
  tokens: { [provider: string]: string };
  /** Id of the form that may link an account. */
  link?: string;
}

export function createLoginData(settings: Settings, currentUser: CurrentUser): LoginData {
  const key = entryKeyOf(settings);
  const sealers = new Map(settings.providers.map(({ name, sealers: sealerFor }) => [name, sealerFor]));
  const getSealer = (provider: string) => sealers.get(provider)?.('token');

  const ownerOf = (req: IncomingMessage) => {
    const stored = currentUser.getStored(req);
    return stored === undefined ? undefined : digest(JSON.stringify(stored));
  };
  const read = (req: SessionRequest): StoredLoginData | undefined => {
    const entry = req.session?.[key];
    // Only write() sets it, and the session is the server's own.
    const data =
      typeof entry === 'object' && entry !== null && 'data' in entry ? (entry.data as StoredLoginData) : undefined;
    return data?.owner === ownerOf(req) ? data : undefined;
  };
  const change = (req: IncomingMessage, edit: (data: StoredLoginData) => void): StoredLoginData | undefined => {
    const owner = ownerOf(req);
    if (owner === undefined) return undefined;
    const data = read(req) ?? { owner, nonce: randomBytes(16).toString('base64url'), accounts: {}, tokens: {} };
    edit(data);
    const session = getSession(req);
    const entry = session[key];
    session[key] = { ...(typeof entry === 'object' ? entry : {}), data };
    return data;
  };
  const nameOf = ({ owner, nonce }: StoredLoginData) => digest(owner + nonce);

  return {
    bind(req) {
      const data = read(req) ?? change(req, () => undefined);
      return data && nameOf(data);
    },
    isBound(req, name) {
      const data = read(req);
      return data !== undefined && nameOf(data) === name;
    },
    accountIdOf: (req, provider) => own(read(req)?.accounts, provider),
    setAccountId(req, provider, id) {
      change(req, ({ accounts }) => (accounts[provider] = id));
    },
    providersOf: (req) => Object.keys(read(req)?.accounts ?? {}),
    async findToken(req, provider) {
      const sealed = own(read(req)?.tokens, provider);
      // Sealed by keepToken().
      const token = sealed && ((await getSealer(provider))?.unseal(sealed) as [string, number] | undefined);
      return token ? { accessToken: token[0], expiresAt: new Date(token[1]) } : undefined;
    },
    async keepToken(req, provider, { accessToken, expiresAt }) {
      const time = expiresAt.getTime();
      const sealed = (await getSealer(provider))?.seal([accessToken, time], time);
      if (sealed !== undefined) change(req, ({ tokens }) => (tokens[provider] = sealed));
    },
    dropToken(req, provider) {
      change(req, (data) => {
        data.tokens = Object.fromEntries(Object.entries(data.tokens).filter(([name]) => name !== provider));
      });
    },
    expectLink(req) {
      const id = randomBytes(16).toString('base64url');
      change(req, (data) => (data.link = id));
      return id;
    },
    isLinkExpected: (req, id) => read(req)?.link === id,
    endLink(req, id) {
      if (read(req)?.link === id) change(req, (data) => delete data.link);
    },
  };
}

/** A provider may be called "constructor". */
function own(entries: Record<string, string> | undefined, name: string): string | undefined {
  return entries !== undefined && Object.hasOwn(entries, name) ? entries[name] : undefined;
}
