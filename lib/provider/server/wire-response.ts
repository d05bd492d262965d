import { randomBytes } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { gzipSync } from 'node:zlib';
import type { SiteConditions } from '../faults/site-conditions.js';
import type { Version } from '../options.js';
import { contentSecurityPolicy } from '../pages/index.js';
import type { Reply } from '../api/response.js';

/** An answer as it goes over the wire. */
export interface WireAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | number>>;
  readonly body: Buffer;
}

export interface TransportContext {
  readonly version: Version;
  readonly conditions: SiteConditions;
  /** The site's home, when the call was sent to another scheme or host; undefined when it was not. */
  readonly homeURL: string | undefined;
}

/** Adds what every answer of the script has (PROTOCOL.md: the transport). */
export function wireAnswer(request: IncomingMessage, reply: Reply, context: TransportContext): WireAnswer {
  const { version, conditions, homeURL } = context;
  const warned = version === '2.8' && conditions.debugging !== false && reply.contentType === 'application/json';
  const unbuffered = warned && conditions.debugging === 'unbuffered';
  const text = warned ? warnings(reply, { unbuffered }) + reply.body : reply.body;
  const contentType = unbuffered ? 'text/html; charset=UTF-8' : reply.contentType;
  const isPage = contentType !== 'application/json' && text !== '';
  const zipped = version === '2.8' && contentType === 'application/json' && acceptsGzip(request);
  const body = zipped ? gzipSync(text) : Buffer.from(text);
  const location = reply.location ?? homeURL;
  return {
    status: statusOf(reply, homeURL),
    headers: {
      'cache-control':
        version === '2.8' ? 'max-age=1, private, must-revalidate' : 'no-store, no-cache, must-revalidate',
      'set-cookie': `PHPSESSID=${randomBytes(13).toString('hex')}; path=/`,
      ...(location === undefined ? {} : { location: headerText(location) }),
      ...(zipped ? { 'content-encoding': 'gzip', vary: 'Accept-Encoding' } : {}),
      ...(isPage ? PAGE_HEADERS : {}),
      'content-type': contentType,
      'content-length': body.length,
    },
    body,
  };
}

/** What every page has. The policy keeps the origin in a form's headers, by which a form of another site is found. */
export const PAGE_HEADERS = {
  'content-security-policy': contentSecurityPolicy,
  'referrer-policy': 'same-origin',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
} as const;

/**
 * On a wrong scheme or host the script sets 302 and the site's home, and goes on: the normal answer follows. A later
 * `Location` replaces the home, a later 404 the 302; a crash leaves the 302, because it only changes a 200.
 */
function statusOf({ status }: Reply, homeURL: string | undefined): number {
  return homeURL !== undefined && (status === 200 || status === 500) ? 302 : status;
}

function acceptsGzip(request: IncomingMessage): boolean {
  return /\bgzip\b/i.test(String(request.headers['accept-encoding']));
}

/** HTTP headers hold Latin-1 only; a registered URL may hold more. */
function headerText(location: string): string {
  return location.replace(/[^\u0021-\u007e]/gu, (character) => encodeURIComponent(character));
}

function warnings(reply: Reply, { unbuffered }: { unbuffered: boolean }): string {
  return [
    ...BOOT_WARNINGS,
    ...(reply.body.startsWith('{"user_info"') ? USER_INFO_WARNINGS : []),
    ...(unbuffered ? [HEADERS_SENT] : []),
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
const BOOT_WARNINGS: readonly Warning[] = [
  undefinedKey('live_enabled', 'bootstrap.php', 145),
  dynamicProperty('loadFilter'),
  dynamicProperty('loadPlugin'),
  undefinedKey('user_banned', 'bootstrap.php', 247),
];
const USER_INFO_WARNINGS: readonly Warning[] = [
  undefinedKey('profile_picture', 'api.php', 80),
  undefinedKey('profile_cover', 'api.php', 81),
  undefinedKey('system_uploads_url', 'api.php', 82),
];
const HEADERS_SENT: Warning = [
  'Warning',
  'Cannot modify header information - headers already sent by (output started at /srv/site/bootstrap.php:145)',
  'includes/functions.php',
  516,
];
