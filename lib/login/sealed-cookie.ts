import { stringifySetCookie } from 'cookie';
import type { Sealer } from '../internal/seal.js';

/** A cookie that holds one sealed value: HttpOnly, SameSite=Lax, and over https `Secure` and `__Host-`. */
interface SealedCookie {
  /** Its name over http; over https `__Host-` stands before it. */
  readonly name: string;
  read(cookieHeader: string | undefined, secure: boolean): SealedCookieReading;
  /** Returns the value of a `Set-Cookie` header for a text that {@link seal} returned. */
  write(sealed: string, secure: boolean): string;
  seal(value: unknown): string;
  /** Returns the value of a `Set-Cookie` header that removes the cookie, if the request has it. */
  clear(cookieHeader: string | undefined, secure: boolean): string | undefined;
}

type SealedCookieReading = { found: true; value: unknown } | { found: false; why: 'absent' | 'tampered' | 'ambiguous' };

/** Of one name in one request. */
const maximumCookies = 20;

/** @param lifetime in milliseconds. */
export function createSealedCookie(sealer: Sealer, name: string, lifetime: number): SealedCookie {
  const escaped = escapeName(name);
  const nameOver = (secure: boolean) => (secure ? `__Host-${escaped}` : escaped);
  const serialize = (value: string, maxAge: number, secure: boolean) =>
    stringifySetCookie(nameOver(secure), value, { path: '/', maxAge, httpOnly: true, sameSite: 'lax', secure });
  // All that are written have the same attributes, and a sealed value needs no encoding.
  const [plainEmpty, secureEmpty] = [serialize('', lifetime / 1000, false), serialize('', lifetime / 1000, true)];

  return {
    name: escaped,
    read(cookieHeader, secure) {
      if (cookieHeader?.includes(escaped) !== true) return { found: false, why: 'absent' };
      const cookies = splitCookies(cookieHeader).filter(([each]) => each === nameOver(secure));
      const sealed = cookies.slice(0, maximumCookies);
      const values = sealed.map(([, value]) => sealer.unseal(value)).filter((value) => value !== undefined);
      if (values.length === 1) return { found: true, value: values[0] };
      // Over http another host of this site can add a cookie of the same name. It cannot forge one, but it can add one
      // that another browser got. Of two that open, nobody knows which one is the browser's own.
      if (values.length > 1) return { found: false, why: 'ambiguous' };
      return { found: false, why: sealed.length > 0 ? 'tampered' : 'absent' };
    },
    write: (sealed, secure) => (secure ? secureEmpty : plainEmpty).replace('=', `=${sealed}`),
    seal: (value) => sealer.seal(value),
    clear: (header, secure) => (header?.includes(`${escaped}=`) === true ? serialize('', 0, secure) : undefined),
  };
}

/** Splits a `Cookie` header. Parsers keep one cookie of a name. */
export function splitCookies(header = ''): [name: string, value: string][] {
  return header.split(';').flatMap((pair) => {
    const equals = pair.indexOf('=');
    return equals === -1 ? [] : [[pair.slice(0, equals).trim(), pair.slice(equals + 1).trim()]];
  });
}

/** Escapes what a cookie's name must not contain: the name of a bare provider may have a port and a path. */
function escapeName(name: string): string {
  return name.replace(/[^\w.-]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`);
}
