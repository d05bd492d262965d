import { messagePage, type PageContext } from '../pages/index.js';
import { pageText, type PageText } from './messages.js';
import { encodeJSON } from './php-values.js';

/** Response of the script, before the headers that every response carries are added. */
export interface ScriptResponse {
  readonly status: number;
  readonly contentType: 'application/json' | 'text/html; charset=UTF-8';
  readonly body: string;
  readonly location?: string;
  /** `Set-Cookie` values, besides those of every response. */
  readonly cookies?: readonly string[];
}

export function jsonResponse(value: unknown): ScriptResponse {
  return { status: 200, contentType: 'application/json', body: encodeJSON(value) };
}

/** Every error of the API is 200 and JSON. */
export function errorResponse(message: string): ScriptResponse {
  return jsonResponse({ error: true, message });
}

export function badRequest(what: string): ScriptResponse {
  return errorResponse(`Bad Request, ${what}`);
}

export function pageResponse(body: string, status = 200): ScriptResponse {
  return { status, contentType: 'text/html; charset=UTF-8', body };
}

export function messageResponse(page: PageContext, name: PageText, status = 200): ScriptResponse {
  return pageResponse(messagePage(page, pageText(name, page.language)), status);
}

export function redirectResponse(location: string, status = 302): ScriptResponse {
  return { status, contentType: 'text/html; charset=UTF-8', body: '', location };
}

/** The script crashed: 500 and an empty body. */
export const crashResponse: ScriptResponse = { status: 500, contentType: 'text/html; charset=UTF-8', body: '' };
