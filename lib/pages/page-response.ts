import { randomBytes } from 'node:crypto';
import { preferredLocale, type NegotiableRequest } from './negotiation.js';
import { contentSecurityPolicy, type PageContext } from './templates.js';

/** A page, ready to be sent: never cached, never framed, with no script but ours. */
export interface PageResponse {
  headers: Record<string, string>;
  text: string;
}

/** @param script code to run at the end of the page; the app's templates need not know of it. */
export function createPageResponse(
  req: NegotiableRequest,
  render: (page: PageContext) => string,
  script?: string,
): PageResponse {
  const nonce = randomBytes(16).toString('base64');
  const page = render({ nonce, locale: preferredLocale(req) });
  const text = script === undefined ? page : appendToBody(page, `<script nonce="${nonce}">\n${script}\n</script>`);
  return {
    headers: {
      'Content-Security-Policy': contentSecurityPolicy(nonce, script !== undefined),
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

function appendToBody(page: string, markup: string): string {
  const end = page.lastIndexOf('</body>');
  return end === -1 ? page + markup : page.slice(0, end) + markup + page.slice(end);
}
