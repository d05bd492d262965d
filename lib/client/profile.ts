import { LoginWithError } from '../errors.js';
import { omitUndefined } from '../internal/omit-undefined.js';
import { trimSlashes } from '../internal/urls.js';
import type { Profile, Provider, UserInfo } from '../types.js';

/**
 * Maps an answer of `get_user_info` onto a Passport profile: text decoded exactly once, URLs absolute and http(s) only, and what
 * is empty, null, `0000-00-00` or unusable absent (PROTOCOL.md, `get_user_info`). Pure.
 *
 * @param answer the parsed body, `{ user_info: { … } }`.
 * @param provider whose answer it is.
 * @param raw the body's text for `_raw`; if absent, `answer` is serialized again.
 * @throws LoginWithError `response_unexpected` when there is no `user_info` with a `user_id`.
 * @example
 * const profile = toProfile(JSON.parse(body), providers.pimbuzz);
 */
export function toProfile(answer: unknown, provider: Provider, raw = JSON.stringify(answer)): Profile {
  const id = isUserInfoAnswer(answer) ? readId(answer.user_info.user_id) : undefined;
  if (!isUserInfoAnswer(answer) || id === undefined) {
    throw new LoginWithError(`user_info: ${provider.name} answered without a user_id`, {
      code: 'response_unexpected',
      stage: 'user_info',
      hint: 'Nobody can be identified by such an answer; tell the provider.',
    });
  }
  const info = answer.user_info;
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
      gender: readText(info.user_gender),
      birthdate: readBirthdate(info.user_birthdate),
      cover: pictures.cover,
      registeredAt: readTime(info.user_registered),
      badge: verified === undefined ? undefined : verified === '1',
      relationship: readText(info.user_relationship),
      biography: readText(info.user_biography),
      website: readWebsite(info.user_website),
      profileUrl: username === undefined ? undefined : `${provider.baseURL}/${encodeURIComponent(username)}`,
    }),
    _raw: raw,
    _json: answer,
  };
}

function isUserInfoAnswer(answer: unknown): answer is { user_info: UserInfo } {
  if (typeof answer !== 'object' || answer === null || !('user_info' in answer)) return false;
  return typeof answer.user_info === 'object' && answer.user_info !== null && 'user_id' in answer.user_info;
}

function readId(value: unknown): string | undefined {
  if (typeof value === 'string' && value.trim() !== '') return value;
  return Number.isSafeInteger(value) ? String(value) : undefined;
}

/** Entity-encoded text, decoded once; without an entity that the provider's column cut in half at the end. */
function readText(value: unknown): string | undefined {
  if (typeof value !== 'string') return undefined;
  const text = loadEntities()
    .decodeHTMLStrict(value.replace(/&(?:#[0-9a-fx]*|[a-z][a-z0-9]*)?$/i, ''))
    .toWellFormed();
  return text.trim() === '' ? undefined : text;
}

function readBirthdate(value: unknown): string | undefined {
  const text = readText(value);
  return text !== undefined && /^\d{4}-\d{2}-\d{2}$/.test(text) && readTime(`${text} 00:00:00`) !== undefined
    ? text
    : undefined;
}

/** `YYYY-MM-DD HH:MM:SS`, which the provider means as UTC. */
function readTime(value: unknown): Date | undefined {
  const text = readText(value);
  if (text === undefined || !/^\d{4}-\d{2}-\d{2} \d{2}:\d{2}:\d{2}$/.test(text)) return undefined;
  const iso = text.replace(' ', 'T');
  const time = new Date(`${iso}Z`);
  // Date rolls 31 February over to March instead of refusing it.
  return !Number.isNaN(time.getTime()) && time.toISOString().startsWith(iso) ? time : undefined;
}

function readWebsite(value: unknown): string | undefined {
  const text = readText(value);
  const url = text === undefined ? undefined : parseWebURL(text);
  if (text === undefined || url === undefined) return undefined;
  // As typed where that is safe in an attribute, with the parser's escapes where it is not.
  return /[\s"'<>`\\^{|}\p{Cc}]/u.test(text) ? url.href : text;
}

/**
 * `user_picture` and `user_cover` are paths in the site's uploads folder. Where that is, only `profile_picture` tells on sites
 * with a CDN; without a picture `profile_picture` is a placeholder of the site's theme, and no picture of the person.
 */
function locatePictures(info: UserInfo, provider: Provider): { photo: string | undefined; cover: string | undefined } {
  const picture = readText(info.user_picture);
  const absolute = readText(info.profile_picture);
  const told =
    picture !== undefined && absolute?.endsWith(`/${picture}`) === true
      ? absolute.slice(0, -picture.length)
      : undefined;
  const usable = told === undefined || parseWebURL(told) === undefined ? undefined : told;
  const folder = provider.uploadsURL ?? usable ?? `${provider.baseURL}/content/uploads`;
  return { photo: locateUpload(picture, folder), cover: locateUpload(readText(info.user_cover), folder) };
}

function locateUpload(path: string | undefined, folder: string): string | undefined {
  if (path === undefined) return undefined;
  if (/^[a-z][a-z0-9+.-]*:/i.test(path)) return parseWebURL(path)?.href;
  const segments = path.split('/').filter((segment) => segment !== '');
  if (segments.length === 0 || segments.some((segment) => segment === '.' || segment === '..')) return undefined;
  return parseWebURL(`${trimSlashes(folder)}/${segments.map(encodeURIComponent).join('/')}`)?.href;
}

function parseWebURL(text: string): URL | undefined {
  if (!URL.canParse(text)) return undefined;
  const url = new URL(text);
  return url.protocol === 'https:' || url.protocol === 'http:' ? url : undefined;
}

/** Loaded with the first profile: its table takes a third of the time of all the rest. */
function loadEntities(): typeof import('entities/decode') {
  // eslint-disable-next-line @typescript-eslint/no-require-imports
  return require('entities/decode') as typeof import('entities/decode');
}
