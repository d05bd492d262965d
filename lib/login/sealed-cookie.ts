import type { SetCookie } from 'cookie';
import { loadOnce } from '../internal/load-once.js';
import type { Sealer } from '../internal/seal.js';

/** A cookie of a browser and this host: HttpOnly, SameSite=Lax, and over https `Secure` and `__Host-`. */
interface HostCookie {
  /** Its name over http; over https `__Host-` stands before it. */
  readonly name: string;
  /** Finds its values: over http another host of this site can add a cookie of the same name. */
  findAll(cookieHeader: string | undefined, secure: boolean): string[];
  /** Returns the value of a `Set-Cookie` header. The cookie's value must need no encoding. */
  write(value: string, secure: boolean): string;
  /** Returns the value of a `Set-Cookie` header that removes the cookie, if the request has it. */
  clear(cookieHeader: string | undefined, secure: boolean): string | undefined;
}

/** A cookie that holds one sealed value. */
interface SealedCookie extends HostCookie {
  read(cookieHeader: string | undefined, secure: boolean): SealedCookieReading;
  /** Returns a value for `write`. */
  seal(value: unknown): string;
}

type SealedCookieReading = { found: true; value: unknown } | { found: false; why: 'absent' | 'tampered' | 'ambiguous' };

/** So many of one name are opened in one request. */
const maximumCookies = 20;

/** @param lifetime in milliseconds. */
export function createCookie(name: string, lifetime: number): HostCookie {
  const escaped = escapeName(name);
  const nameOver = (secure: boolean) => (secure ? `__Host-${escaped}` : escaped);
  const serialize = (value: string, secure: boolean, age: Pick<SetCookie, 'maxAge' | 'expires'>) =>
    loadCookie().stringifySetCookie({
      name: nameOver(secure),
      value,
      path: '/',
      ...age,
      httpOnly: true,
      sameSite: 'lax',
      secure,
    });
  // All that are written have the same text before and after the value.
  const around = (secure: boolean) => {
    const before = `${nameOver(secure)}=`;
    return [before, serialize('', secure, { maxAge: lifetime / 1000 }).slice(before.length)];
  };
  const [plain, overHTTPS] = [around(false), around(true)];
  return {
    name: escaped,
    findAll(cookieHeader, secure) {
      if (cookieHeader?.includes(escaped) !== true) return [];
      const cookies = splitCookies(cookieHeader).filter(([each]) => each === nameOver(secure));
      return cookies.map(([, value]) => value);
    },
    write: (value, secure) => (secure ? overHTTPS : plain).join(value),
    // With "Expires" too: Next.js, which writes cookies anew, loses a "Max-Age" of 0.
    clear: (header, secure) =>
      header?.includes(`${escaped}=`) === true ? serialize('', secure, { maxAge: 0, expires: new Date(0) }) : undefined,
  };
}

/** @param lifetime in milliseconds. */
export function createSealedCookie(sealer: Sealer, name: string, lifetime: number): SealedCookie {
  const cookie = createCookie(name, lifetime);
  return {
    ...cookie,
    read(cookieHeader, secure) {
      const sealed = cookie.findAll(cookieHeader, secure).slice(0, maximumCookies);
      const values = sealed.map((each) => sealer.unseal(each)).filter((value) => value !== undefined);
      if (values.length === 1) return { found: true, value: values[0] };
      // Another host cannot forge one, but it can add one that another browser got. Of two that open, nobody knows
      // which one is the browser's own.
      if (values.length > 1) return { found: false, why: 'ambiguous' };
      return { found: false, why: sealed.length > 0 ? 'tampered' : 'absent' };
    },
    seal: (value) => sealer.seal(value),
  };
}

/** Splits a `Cookie` header. Parsers keep one cookie of a name. */
export function splitCookies(header = ''): [name: string, value: string][] {
  const cookies: [string, string][] = [];
  for (const pair of header.split(';')) {
    const equals = pair.indexOf('=');
    if (equals !== -1) cookies.push([pair.slice(0, equals).trim(), pair.slice(equals + 1).trim()]);
  }
  return cookies;
}

/** Escapes what a cookie's name must not contain: the name of a bare provider may have a port and a path. */
function escapeName(name: string): string {
  return name.replace(/[^\w.-]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`);
}

/** Loads it with the first login, so that the app starts faster. */
// eslint-disable-next-line @typescript-eslint/no-require-imports
const loadCookie = loadOnce(() => require('cookie') as typeof import('cookie'));
