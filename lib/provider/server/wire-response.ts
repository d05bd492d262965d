import { randomBytes } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { gzipSync } from 'node:zlib';
import type { ScriptResponse } from '../api/response.js';
import type { SiteConditions, Version } from '../options.js';
import { pageHeaders } from './page-responses.js';

/** A response as it is sent. */
export interface WireResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | number | string[]>>;
  readonly body: Buffer;
}

interface TransportContext {
  readonly version: Version;
  readonly conditions: SiteConditions;
  /** The site's home, when the call was sent to another scheme or host; undefined when it was not. */
  readonly homeURL: string | undefined;
  /** `Set-Cookie` value with which the site keeps the language that was asked for. */
  readonly languageCookie: string | undefined;
}

/** Adds the headers that every response of the script carries (PROTOCOL.md: the transport). */
export function wireResponse(req: IncomingMessage, response: ScriptResponse, context: TransportContext): WireResponse {
  const { version, conditions, homeURL, languageCookie } = context;
  const hasWarnings =
    version === '2.8' && conditions.debugging !== false && response.contentType === 'application/json';
  const isUnbuffered = hasWarnings && conditions.debugging === 'unbuffered';
  const text = hasWarnings ? warningsFor(response, { isUnbuffered }) + response.body : response.body;
  const contentType = isUnbuffered ? 'text/html; charset=UTF-8' : response.contentType;
  const isPage = contentType !== 'application/json' && text !== '';
  const isZipped = version === '2.8' && contentType === 'application/json' && acceptsGzip(req);
  const body = isZipped ? gzipSync(text) : Buffer.from(text);
  const location = response.location ?? homeURL;
  const cookies = [...(response.cookies ?? []), ...(languageCookie === undefined ? [] : [languageCookie])];
  return {
    status: statusOf(response, homeURL),
    headers: {
      'cache-control':
        version === '2.8' ? 'max-age=1, private, must-revalidate' : 'no-store, no-cache, must-revalidate',
      'set-cookie': [`PHPSESSID=${randomBytes(13).toString('hex')}; path=/`, ...cookies],
      ...(location === undefined ? {} : { location: headerText(location) }),
      ...(isZipped ? { 'content-encoding': 'gzip', vary: 'Accept-Encoding' } : {}),
      ...(isPage ? pageHeaders : {}),
      'content-type': contentType,
      'content-length': body.length,
    },
    body,
  };
}

/**
 * On a wrong scheme or host the script sets 302 and the site's home, and goes on with the normal response. A later
 * `Location` replaces the home, a later 404 the 302; a crash leaves the 302, because it only changes a 200.
 */
function statusOf({ status }: ScriptResponse, homeURL: string | undefined): number {
  return homeURL !== undefined && (status === 200 || status === 500) ? 302 : status;
}

function acceptsGzip(req: IncomingMessage): boolean {
  return /\bgzip\b/i.test(String(req.headers['accept-encoding']));
}

/** HTTP headers hold Latin-1 only; a registered URL may hold more. */
function headerText(location: string): string {
  return location.replace(/[^\u0021-\u007e]/gu, (character) => encodeURIComponent(character));
}

function warningsFor({ body }: ScriptResponse, { isUnbuffered }: { isUnbuffered: boolean }): string {
  return [
    ...bootWarnings,
    ...(body.startsWith('{"user_info"') ? userInfoWarnings : []),
    ...(isUnbuffered ? [headersSentWarning] : []),
  ]
    .map(
      ([kind, text, file, line]) =>
        `<br />\n<b>${kind}</b>:  ${text} in <b>/srv/site/${file}</b> on line <b>${line}</b><br />\n`,
    )
    .join('');
}

type Warning = readonly [kind: string, text: string, file: string, line: number];

const undefinedKey = (key: string, file: string, line: number): Warning => [
  'Warning',
  `Undefined array key "${key}"`,
  file,
  line,
];
const dynamicProperty = (property: string): Warning => [
  'Deprecated',
  `Creation of dynamic property Smarty_Internal_Extension_Handler::$${property} is deprecated`,
  'includes/libs/Smarty/sysplugins/smarty_internal_extension_handler.php',
  182,
];
const bootWarnings: readonly Warning[] = [
  undefinedKey('live_enabled', 'bootstrap.php', 145),
  dynamicProperty('loadFilter'),
  dynamicProperty('loadPlugin'),
  undefinedKey('user_banned', 'bootstrap.php', 247),
];
const userInfoWarnings: readonly Warning[] = [
  undefinedKey('profile_picture', 'api.php', 80),
  undefinedKey('profile_cover', 'api.php', 81),
  undefinedKey('system_uploads_url', 'api.php', 82),
];
const headersSentWarning: Warning = [
  'Warning',
  'Cannot modify header information - headers already sent by (output started at /srv/site/bootstrap.php:145)',
  'includes/functions.php',
  516,
];
