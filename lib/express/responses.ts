import type { IncomingMessage, ServerResponse } from 'node:http';
import { toLocation } from '../internal/urls.js';
import { createPageResponse } from '../pages/page-response.js';
import type { PageContext } from '../pages/layout.js';
import type { RequestContext, Site } from './instance.js';
import { publicPath } from './paths.js';
import { saveSession } from './session/session.js';

/** Sends one of our pages; `script` runs at its end. */
export function sendPage(
  site: Site,
  { req, res }: Pick<RequestContext, 'req' | 'res'>,
  status: number,
  render: (page: PageContext) => string,
  script?: string,
): void {
  const toPublicPath = (path: string) => publicPath(site, req, path);
  const { headers, text } = createPageResponse(site.settings, req, { render, toPublicPath, script });
  res.statusCode = status;
  for (const [name, value] of Object.entries(headers)) res.setHeader(name, value);
  res.end(text);
}

export function sendJSON(res: ServerResponse, status: number, value: object): void {
  send(res, status, 'application/json; charset=utf-8', JSON.stringify(value));
}

/** An empty response to a request that must not change anything, such as a prefetch. */
export function sendNothing(res: ServerResponse): void {
  res.writeHead(204, { 'Cache-Control': 'no-store' }).end();
}

/** Redirects as soon as the session is stored, not before: the browser may be faster than the store. */
export async function redirect(
  req: IncomingMessage,
  res: ServerResponse,
  target: string,
  status = req.method === 'POST' ? 303 : 302,
): Promise<void> {
  await saveSession(req);
  res.setHeader('Location', toLocation(target));
  // After a form, 303 makes it a GET in every browser. express-session stores a regenerated session once more when the
  // response ends, and holds the body's last byte back until then: without a body the next request could be faster.
  send(res, status, 'text/plain; charset=utf-8', 'Redirecting');
}

function send(res: ServerResponse, status: number, type: string, text: string): void {
  res.statusCode = status;
  res.setHeader('Cache-Control', 'no-store');
  res.setHeader('Content-Type', type);
  res.setHeader('Content-Length', Buffer.byteLength(text));
  res.end(text);
}
