import type { RequestHandler } from 'express';
import helmet from 'helmet';

/** Helmet's headers, with a policy for pages that have no script, and no foreign asset but users' pictures. */
export function createSecurityHeaders(pictureOrigins: readonly string[]): RequestHandler {
  return helmet({
    contentSecurityPolicy: {
      directives: {
        defaultSrc: ["'none'"],
        styleSrc: ["'self'"],
        imgSrc: ["'self'", ...pictureOrigins],
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
