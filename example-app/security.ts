import type { RequestHandler } from 'express';
import helmet from 'helmet';

/** Helmet's headers, with a policy for pages without a script, and no foreign asset but the pictures at these URLs. */
export function createSecurityHeaders(pictureURLs: readonly string[] = []): RequestHandler {
  return helmet({
    contentSecurityPolicy: {
      directives: {
        defaultSrc: ["'none'"],
        styleSrc: ["'self'"],
        imgSrc: ["'self'", ...pictureURLs.map((url) => new URL(url).origin)],
        scriptSrc: ["'none'"],
        fontSrc: ["'none'"],
        baseUri: ["'none'"],
        frameAncestors: ["'none'"],
        // Some browsers would ask http://localhost for its style sheet over https.
        upgradeInsecureRequests: null,
      },
    },
    xFrameOptions: { action: 'deny' },
    // Helmet's "no-referrer" makes browsers send "Origin: null" with the app's own forms.
    referrerPolicy: { policy: 'same-origin' },
    // It would hold for every other program on localhost; whoever ends TLS before a real host sets it there.
    strictTransportSecurity: false,
  });
}
