import { LoginWithError } from '../errors.js';
import { loadOnce } from '../internal/load-once.js';
import { omitUndefined } from '../internal/omit-undefined.js';
import { parseWebURL, trimSlashes } from '../internal/urls.js';
import type { Profile, Provider, UserInfo } from '../types.js';

/**
 * Maps a response of `get_user_info` to a Passport profile. Text is decoded exactly once, URLs are absolute and
 * http(s), and values that are empty, null, `0000-00-00` or unusable are absent (PROTOCOL.md, `get_user_info`). Pure.
 *
 * @param response the parsed body, `{ user_info: { … } }`.
 * @param provider the provider that sent it.
 * @param raw the body's text for `_raw`; if absent, `response` is serialized again.
 * @throws LoginWithError `response_unexpected` when there is no `user_info` with a `user_id`.
 * @example
 * const profile = toProfile(JSON.parse(body), providers.pimbuzz);
 */
export function toProfile(response: unknown, provider: Provider, raw = JSON.stringify(response)): Profile {
  const id = isUserInfoResponse(response) ? readId(response.user_info.user_id) : undefined;
  if (!isUserInfoResponse(response) || id === undefined) {
    throw new LoginWithError(`user_info: ${provider.name} answered without a user_id`, {
      code: 'response_unexpected',
      stage: 'user_info',
      hint: 'Such a response identifies nobody. Tell the provider.',
    });
  }
  const info = response.user_info;
  const givenName = readText(info.user_firstname);
  const familyName = readText(info.user_lastname);
  const username = readText(info.user_name);
  const email = readText(info.user_email);
  const pictures = locatePictures(info, provider);
  const verified = readText(info.user_verified);
  return {
    provider: provider.name,
    id,
    ...omitUndefined({
      username,
      displayName: [givenName, familyName].filter((part) => part !== undefined).join(' ') || username,
      name: givenName === undefined && familyName === undefined ? undefined : omitUndefined({ familyName, givenName }),
    }),
    emails: email === undefined ? [] : [{ value: email }],
    photos: pictures.photo === undefined ? [] : [{ value: pictures.photo }],
    ...omitUndefined({
      gender: readGender(info.user_gender),
      birthdate: readBirthdate(info.user_birthdate),
      cover: pictures.cover,
      registeredAt: readTime(info.user_registered),
      badge: verified === undefined ? undefined : verified === '1',
      relationship: readText(info.user_relationship),
      biography: readText(info.user_biography),
      website: readWebsite(info.user_website),
      profileUrl: username === undefined ? undefined : `${provider.baseURL}/${encodeSegment(username)}`,
    }),
    _raw: raw,
    _json: response,
  };
}

function isUserInfoResponse(response: unknown): response is { user_info: UserInfo } {
  if (typeof response !== 'object' || response === null || !('user_info' in response)) return false;
  return typeof response.user_info === 'object' && response.user_info !== null && 'user_id' in response.user_info;
}

/** Providers have numbers. With spaces or control characters ids could look alike, or a store could change them. */
function readId(value: unknown): string | undefined {
  if (typeof value === 'string' && /^[\x21-\x7e]{1,255}$/.test(value)) return value;
  return Number.isSafeInteger(value) ? String(value) : undefined;
}

function readText(value: unknown): string | undefined {
  if (typeof value !== 'string') return undefined;
  // PostgreSQL stores no text with a NUL.
  const decoded = (value.includes('&') ? decodeEntities(value) : value).toWellFormed();
  const text = decoded.includes('\0') ? decoded.replaceAll('\0', '') : decoded;
  return text.trim() === '' ? undefined : text;
}

/** Decodes HTML entities once, and drops one at the end that the provider's column cut in half. */
function decodeEntities(text: string): string {
  return loadEntities().decodeHTMLStrict(text.replace(/&(?:#[0-9a-fx]*|[a-z][a-z0-9]*)?$/i, ''));
}

/** For "not available" the site has a label, too: in English, German and Spanish (PROTOCOL.md, `get_user_info`). */
function readGender(value: unknown): string | undefined {
  const text = readText(value);
  return text !== undefined && /^N\/[AVD]$/.test(text.trim()) ? undefined : text;
}

function readBirthdate(value: unknown): string | undefined {
  const text = readText(value) ?? '';
  return parseTime(`${text} 00:00:00`) === undefined ? undefined : text;
}

function readTime(value: unknown): Date | undefined {
  return parseTime(readText(value) ?? '');
}

/** Reads `YYYY-MM-DD HH:MM:SS`, which is in UTC. */
function parseTime(text: string): Date | undefined {
  const [, day] = /^\d{4}-\d\d-(\d\d) \d\d:\d\d:\d\d$/.exec(text) ?? [];
  const time = new Date(`${text.replace(' ', 'T')}Z`);
  // Date takes 31 February for a day in March, 24:00:00 for the next day, and other formats too.
  return time.getUTCDate() === Number(day) ? time : undefined;
}

function readWebsite(value: unknown): string | undefined {
  const text = readText(value)?.trim() ?? '';
  const url = parseWebURL(text);
  if (url === undefined) return undefined;
  // As the user typed it if that is safe in an HTML attribute, else with the parser's escapes.
  return /[\s"'<>`\\^{|}\p{Cc}]/u.test(text) ? url.href : text;
}

/** Finds the URLs of `user_picture` and `user_cover`, which are paths in the site's uploads folder. */
function locatePictures(info: UserInfo, provider: Provider): { photo: string | undefined; cover: string | undefined } {
  const [picture, cover] = [readText(info.user_picture), readText(info.user_cover)];
  if (picture === undefined && cover === undefined) return { photo: undefined, cover: undefined };
  const { uploadsURL, baseURL } = provider;
  const told = uploadsURL === undefined ? findUploadsFolder(info) : undefined;
  const { href } = told ?? new URL(uploadsURL ?? `${baseURL}/content/uploads`);
  const folder = `${trimSlashes(href)}/`;
  return { photo: locateUpload(picture, folder), cover: locateUpload(cover, folder) };
}

/**
 * Finds the uploads folder, which may be on a CDN. `profile_cover` is the folder itself, with a slash before it on 2.8;
 * `profile_picture` is in it if the user has a picture (PROTOCOL.md, `get_user_info`).
 */
function findUploadsFolder(info: UserInfo): URL | undefined {
  return (
    parseFolder(readText(info.profile_cover)?.replace(/^\/(?=https?:)/, '')) ??
    parseFolder(cutEnd(readText(info.profile_picture), readText(info.user_picture)))
  );
}

function parseFolder(url: string | undefined): URL | undefined {
  return url !== undefined && /^[^?#]+\/$/.test(url) ? parseWebURL(url) : undefined;
}

/** Returns the URL without the path at its end, or undefined if it has another end. */
function cutEnd(url: string | undefined, path: string | undefined): string | undefined {
  return path !== undefined && url?.endsWith(`/${path}`) === true ? url.slice(0, -path.length) : undefined;
}

/** @param folder a URL with a slash at its end, normalized. */
function locateUpload(path: string | undefined, folder: string): string | undefined {
  if (path === undefined) return undefined;
  if (/^[a-z][a-z0-9+.-]*:/i.test(path)) return parseWebURL(path)?.href;
  const segments = path.split('/').filter((segment) => segment !== '');
  if (segments.length === 0 || segments.some((segment) => segment === '.' || segment === '..')) return undefined;
  // A quote may be in the folder, too.
  return `${folder}${segments.map(encodeSegment).join('/')}`.replaceAll("'", '%27');
}

/** Escapes quotes too, for HTML attributes of every kind. */
function encodeSegment(text: string): string {
  return encodeURIComponent(text).replaceAll("'", '%27');
}

/** Loads the table of entities with the first profile, so that the app starts faster. */
// eslint-disable-next-line @typescript-eslint/no-require-imports
const loadEntities = loadOnce(() => require('entities/decode') as typeof import('entities/decode'));
