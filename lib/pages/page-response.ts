import { randomBytes } from 'node:crypto';
import { preferredLocale, type NegotiableRequest } from './negotiation.js';
import { contentSecurityPolicy, type PageContext } from './templates.js';

/** A page, ready to be sent: never cached, never framed, without scripts. */
export interface PageResponse {
  headers: Record<string, string>;
  text: string;
}

export function createPageResponse(req: NegotiableRequest, render: (page: PageContext) => string): PageResponse {
  const nonce = randomBytes(16).toString('base64');
  const text = render({ nonce, locale: preferredLocale(req) });
  return {
    headers: {
      'Content-Security-Policy': contentSecurityPolicy(nonce),
      'X-Frame-Options': 'DENY',
      'X-Content-Type-Options': 'nosniff',
      // The address may hold a key. "no-referrer" would remove the Origin header from our own forms, too, and the
      // referrer that tells a click on our page from another site's link.
      'Referrer-Policy': 'strict-origin',
      Vary: 'Accept, Accept-Language',
      'Cache-Control': 'no-store',
      'Content-Type': 'text/html; charset=utf-8',
      'Content-Length': String(Buffer.byteLength(text)),
    },
    text,
  };
}
