import { parseURL } from '../../internal/urls.js';
/** What {@link isRedirectURL} accepts, for an error message. */
export const redirectURLRule =
  'an http(s) URL or one of another scheme, without blanks, characters beyond ASCII, or "_" in the host name';

/**
 * A redirect URL that the site accepts: PHP's `FILTER_VALIDATE_URL`. Any scheme passes (`myapp://cb`, `mailto:a@b`); a
 * host name is looked at for http(s) only. It is kept letter by letter, because the key is appended to it unchanged.
 */
export function isRedirectURL(value: unknown): value is string {
  // The filter drops all other characters first, and refuses a text that has lost some.
  if (typeof value !== 'string' || !/^[\u0021-\u007e]+$/.test(value)) return false;
  const parts = /^([a-z][a-z\d+.-]*):(?:\/\/([^/?#]*))?/i.exec(value);
  const [, scheme = '', authority] = parts ?? [];
  if (parts === null) return false;
  if (authority === undefined) return ['mailto', 'news', 'file'].includes(scheme.toLowerCase());
  const { user, host, port } = splitAuthority(authority);
  if (host === '') return scheme.toLowerCase() === 'file';
  if (user !== undefined && !/^(?:[\w.~!$&'()*+,;=:-]|%[\da-f]{2})*$/i.test(user)) return false;
  if (port !== undefined && !(/^\d{0,5}$/.test(port) && Number(port) <= 65_535)) return false;
  return !/^https?$/i.test(scheme) || isHostName(host) || isIPv6(host);
}

function splitAuthority(authority: string): { user?: string; host: string; port?: string } {
  const at = authority.lastIndexOf('@');
  const [, host = '', port] = /^(\[[^\]]*\]|[^:]*)(?::(.*))?$/.exec(authority.slice(at + 1)) ?? [];
  return { ...(at >= 0 && { user: authority.slice(0, at) }), host, ...(port !== undefined && { port }) };
}

function isHostName(host: string): boolean {
  const labels = host.replace(/\.$/, '').split('.');
  return host.length <= 253 && labels.every((label) => /^[a-z\d](?:[a-z\d-]{0,61}[a-z\d])?$/i.test(label));
}

function isIPv6(host: string): boolean {
  return host.startsWith('[') && parseURL(`http://${host}`) !== undefined;
}
