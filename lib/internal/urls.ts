/** Appends a query parameter to a path or a URL. */
export function addQueryParameter(url: string, name: string, value: string): string {
  const hashAt = url.indexOf('#');
  const [start, hash] = hashAt === -1 ? [url, ''] : [url.slice(0, hashAt), url.slice(hashAt)];
  return `${start}${start.includes('?') ? '&' : '?'}${new URLSearchParams({ [name]: value }).toString()}${hash}`;
}

/** Percent-encodes a path with its query as a `Location` header needs it. */
export function encodePath(path: string): string {
  const { pathname, search, hash } = new URL(path, 'http://origin.invalid');
  return pathname + search + hash;
}

/** Writes a path of this app or a URL as a `Location` header needs it. */
export function toLocation(target: string): string {
  return target.startsWith('/') ? encodePath(target) : new URL(target).href;
}

/** Returns the path of a URL or of a request target, without query, fragment and trailing slashes. */
export function pathOf(url: string): string {
  const path = url.replace(/^https?:\/\/[^/?#]*/i, '').replace(/[?#].*/s, '');
  return trimSlashes(path);
}

/**
 * Whether a path can be a prefix of an app's paths: no part of it is empty or a dot segment, so that what begins with
 * it stays on the site.
 */
export function isPathPrefix(path: string): boolean {
  return path.length <= 200 && /^(?:\/[\w.~%-]+)*$/.test(path) && (path === '' || encodePath(path) === path);
}

/**
 * Puts the prefix that a proxy takes off an app's paths before a path of the app. A path that begins with it and a
 * whole URL stay as they are: apps write both what they are asked for and what browsers ask for.
 */
export function addPathPrefix(prefix: string, target: string): string {
  if (prefix === '' || !target.startsWith('/')) return target;
  const path = encodePath(target);
  return `${pathOf(path)}/`.startsWith(`${prefix}/`) ? path : prefix + path;
}

/**
 * Writes a path of this app as seen from one of its pages, for an app that does not know which prefix a proxy takes off
 * its paths.
 *
 * @param page path and query of the page, as this app got them
 */
export function toRelativePath(path: string, page: string): string {
  const levels = page.replace(/\?.*/s, '').split('/').length - 2;
  return (levels > 0 ? '../'.repeat(levels) : './') + path.slice(1);
}

/**
 * Parses a URL, or returns undefined. `URL.canParse` is of no use: on Node 20 and 22 it turns false for host names with
 * `é` and the like as soon as V8 has optimized its caller.
 */
export function parseURL(text: string, base?: string | URL): URL | undefined {
  try {
    return new URL(text, base);
  } catch {
    return undefined;
  }
}

/** Reads an http(s) URL with a host name; quotes in it are escaped, for attributes of every kind. */
export function parseWebURL(text: string): URL | undefined {
  // The parser also takes "https:/path" for a host; a browser takes it for a path of the page's own site.
  if (!/^https?:\/\/[^/\\@]/i.test(text)) return undefined;
  const url = parseURL(text.replaceAll("'", '%27'));
  const hostname = url?.hostname ?? '';
  // Node takes a quote for a part of a host name, too, and unlike browsers a label of Punycode that is all ASCII.
  if (/(?:^|\.)xn--[^.]*-(?:\.|$)/.test(hostname)) return undefined;
  return /^(?:[\w.-]+|\[[\da-f:]+\])$/.test(hostname) ? url : undefined;
}

/** Removes the slashes at the end of a text. */
export function trimSlashes(text: string): string {
  let end = text.length;
  while (text[end - 1] === '/') end -= 1;
  return text.slice(0, end);
}
