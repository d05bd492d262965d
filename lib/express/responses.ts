import { randomBytes } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { encodePath } from '../internal/urls.js';
import { preferredLocale } from '../pages/negotiation.js';
import { contentSecurityPolicy, type PageContext } from '../pages/templates.js';
import { saveSession } from './session/session.js';

/** Sends one of our pages: never cached, never framed, without scripts. */
export function sendPage(
  req: IncomingMessage,
  res: ServerResponse,
  status: number,
  render: (page: PageContext) => string,
): void {
  const nonce = randomBytes(16).toString('base64');
  const text = render({ nonce, locale: preferredLocale(req) });
  res.setHeader('Content-Security-Policy', contentSecurityPolicy(nonce));
  res.setHeader('X-Frame-Options', 'DENY');
  res.setHeader('X-Content-Type-Options', 'nosniff');
  // The address may hold a used key. "no-referrer" would remove the Origin header from our own forms, too.
  res.setHeader('Referrer-Policy', 'strict-origin');
  res.setHeader('Vary', 'Accept, Accept-Language');
  send(res, status, 'text/html; charset=utf-8', text);
}

export function sendJSON(res: ServerResponse, status: number, value: object): void {
  send(res, status, 'application/json; charset=utf-8', JSON.stringify(value));
}

/** An empty response to a request that must not change anything, such as a prefetch. */
export function sendNothing(res: ServerResponse): void {
  res.writeHead(204, { 'Cache-Control': 'no-store' }).end();
}

/** Redirects as soon as the session is stored, not before: the browser may be faster than the store. */
export async function redirect(req: IncomingMessage, res: ServerResponse, target: string): Promise<void> {
  await saveSession(req);
  res.setHeader('Location', target.startsWith('/') ? encodePath(target) : new URL(target).href);
  // After a form, 303 makes it a GET in every browser. express-session stores a regenerated session once more when the
  // response ends, and holds the body's last byte back until then: without a body the next request could be faster.
  send(res, req.method === 'POST' ? 303 : 302, 'text/plain; charset=utf-8', 'Redirecting');
}

function send(res: ServerResponse, status: number, type: string, text: string): void {
  res.statusCode = status;
  res.setHeader('Cache-Control', 'no-store');
  res.setHeader('Content-Type', type);
  res.setHeader('Content-Length', Buffer.byteLength(text));
  res.end(text);
}
