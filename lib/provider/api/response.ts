import type { SiteConditions } from '../faults/site-conditions.js';
import type { Language } from '../i18n.js';
import { pageText, type PageText } from './messages.js';
import { messagePage, type PageContext } from '../pages/index.js';
import type { User } from '../store/users.js';
import { encodeJSON, type Parameter, type Parameters } from '../server/php-parameters.js';

/** What the script answers, before the transport adds what every answer has. */
export interface Reply {
  readonly status: number;
  readonly contentType: 'application/json' | 'text/html; charset=UTF-8';
  readonly body: string;
  readonly location?: string;
}

/** One call of the script, with everything that its answer depends on. */
export interface Call {
  readonly method: Parameter | undefined;
  readonly query: Parameters;
  readonly form: Parameters;
  /** Path and query, to come back to after the sign-in. */
  readonly path: string;
  readonly user: User | null;
  /** Language of the API's messages; that of the pages stands in `page`. */
  readonly language: Language;
  readonly page: PageContext;
  readonly siteURL: string;
  readonly uploadsURL: string;
  readonly conditions: SiteConditions;
}

export function jsonReply(value: unknown): Reply {
  return { status: 200, contentType: 'application/json', body: encodeJSON(value) };
}

/** Every error of the API is 200 and JSON. */
export function errorReply(message: string): Reply {
  return jsonReply({ error: true, message });
}

export function badRequest(what: string): Reply {
  return errorReply(`Bad Request, ${what}`);
}

export function pageReply(body: string, status = 200): Reply {
  return { status, contentType: 'text/html; charset=UTF-8', body };
}

export function messageReply(page: PageContext, name: PageText, status = 200): Reply {
  return pageReply(messagePage(page, pageText(name, page.language)), status);
}

export function redirectReply(location: string): Reply {
  return { status: 302, contentType: 'text/html; charset=UTF-8', body: '', location };
}

/** The script died: 500 and nothing else. */
export const CRASH: Reply = { status: 500, contentType: 'text/html; charset=UTF-8', body: '' };
