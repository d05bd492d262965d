import { randomBytes } from 'node:crypto';
import { logoOrigin } from './brand.js';
import type { PageContext } from './layout.js';
import { preferredLanguage, type NegotiableRequest } from './negotiation.js';
import type { PageSettings } from './page-settings.js';

/** A page, ready to be sent: never cached, never framed, with no script but ours. */
export interface PageResponse {
  headers: Record<string, string>;
  text: string;
}

/** What a page is made of, besides the app's settings. */
export interface PageParts {
  render: (page: PageContext) => string;
  /** Writes a path of the app as the browser must request it. */
  toPublicPath: (path: string) => string;
  /** Code to run at the end of the page; the app's templates need not know of it. */
  script?: string | undefined;
}

/** Creates the response with a page, in the language of the browser. */
export function createPageResponse(
  { brand, texts }: PageSettings,
  req: NegotiableRequest,
  { render, toPublicPath, script }: PageParts,
): PageResponse {
  const nonce = randomBytes(16).toString('base64');
  const { name, logo, home } = brand;
  const toPublic = (target: string) => (target.startsWith('/') ? toPublicPath(target) : target);
  const page = render({
    nonce,
    locale: preferredLanguage(req, texts.languages),
    brand: { name, logo: logo && toPublic(logo), home: toPublic(home) },
  });
  const text = script === undefined ? page : appendToBody(page, `<script nonce="${nonce}">\n${script}\n</script>`);
  return {
    headers: {
      'Content-Security-Policy': contentSecurityPolicy(nonce, script !== undefined, logoOrigin(brand)),
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

/** The Content-Security-Policy of our pages, and of the app's templates in their place. */
function contentSecurityPolicy(nonce: string, hasScript: boolean, logo: string | undefined): string {
  return [
    "default-src 'none'",
    ...(hasScript ? [`script-src 'nonce-${nonce}'`] : []),
    `style-src 'nonce-${nonce}'`,
    // For the brand's logo, and pictures of the app's own templates. Our empty icon is one, so that browsers do not ask
    // the app for one.
    ["img-src 'self' data:", ...(logo === undefined ? [] : [logo])].join(' '),
    // Chromium applies it to the redirects after a form, too: no form of ours leads to another site.
    "form-action 'self'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
  ].join('; ');
}

function appendToBody(page: string, markup: string): string {
  const end = page.lastIndexOf('</body>');
  return end === -1 ? page + markup : page.slice(0, end) + markup + page.slice(end);
}
