import { toRelativePath } from '../internal/urls.js';
import type { PageContext } from '../pages/layout.js';
import { createPageResponse } from '../pages/page-response.js';
import type { PageSettings } from '../pages/page-settings.js';
import type { LoginRequest } from '../login/outcome.js';

/** The headers that every response of a login needs. */
export function createHeaders(cookies: readonly string[] = []): Headers {
  const headers = new Headers({ 'Cache-Control': 'no-store' });
  for (const cookie of cookies) headers.append('Set-Cookie', cookie);
  return headers;
}

export function createRedirect(location: string, headers: Headers, status = 302): Response {
  return createResponse(null, status, headers, { Location: location });
}

export function createPage(
  settings: PageSettings,
  { method, headers, url }: LoginRequest,
  status: number,
  responseHeaders: Headers,
  render: (page: PageContext) => string,
): Response {
  const toPublicPath = (path: string) => toRelativePath(path, url);
  const page = createPageResponse(settings, { method, headers }, { render, toPublicPath });
  return createResponse(page.text, status, responseHeaders, page.headers);
}

export function createJSON(status: number, headers: Headers, value: object): Response {
  const type = { 'Content-Type': 'application/json; charset=utf-8' };
  return createResponse(JSON.stringify(value), status, headers, type);
}

export function createResponse(
  body: string | null,
  status: number,
  common: Headers,
  own: Record<string, string> = {},
): Response {
  // The app may add to either headers.
  const headers = new Headers(common);
  for (const [name, value] of Object.entries(own)) headers.set(name, value);
  return new Response(body, { status, headers });
}
