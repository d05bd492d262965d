import type { ServerResponse } from 'node:http';
import { contentSecurityPolicy } from '../pages/index.js';

/** Headers of every page. The referrer policy keeps the origin on forms, by which a form of another site is found. */
export const pageHeaders = {
  'content-security-policy': contentSecurityPolicy,
  'referrer-policy': 'same-origin',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
} as const;

export function sendPage(
  res: ServerResponse,
  page: string,
  status = 200,
  headers: Readonly<Record<string, string>> = {},
): void {
  send(res, status, page, { 'content-type': 'text/html; charset=utf-8', 'cache-control': 'no-store', ...headers });
}

/** Sends a style sheet, a script or a picture. @param headers at least the content type */
export function sendAsset(res: ServerResponse, text: string, headers: Record<string, string>): void {
  send(res, 200, text, headers);
}

export function sendRedirect(
  res: ServerResponse,
  location: string,
  { status = 303, setCookie }: { status?: number; setCookie?: string } = {},
): void {
  const headers = { location, 'cache-control': 'no-store', 'content-length': 0 };
  res.writeHead(status, setCookie === undefined ? headers : { ...headers, 'set-cookie': setCookie }).end();
}

function send(res: ServerResponse, status: number, text: string, headers: Record<string, string>): void {
  const body = Buffer.from(text);
  res.writeHead(status, { ...pageHeaders, ...headers, 'content-length': body.length }).end(body);
}
