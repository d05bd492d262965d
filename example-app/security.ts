import type { RequestHandler } from 'express';
import helmet from 'helmet';
import { LoginWithError } from 'passport-loginwith';

/** Helmet's headers, with a policy for pages without a script, and no foreign asset but the pictures at these URLs. */
export function createSecurityHeaders(pictureURLs: readonly (string | undefined)[] = []): RequestHandler {
  const origins = pictureURLs.flatMap((url) => (url === undefined ? [] : [new URL(url).origin]));
  return helmet({
    contentSecurityPolicy: {
      directives: {
        defaultSrc: ["'none'"],
        styleSrc: ["'self'"],
        imgSrc: ["'self'", ...new Set(origins)],
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

/** Lets forms of the app's own pages through: browsers say where a form comes from, and no page can forge it. */
export function createFormGuard(origin: string): RequestHandler {
  return (req, _res, next) => {
    const site = req.get('sec-fetch-site');
    // Browsers from before 2023 tell the origin alone.
    const isOwn = site === undefined ? req.get('origin') === origin : site === 'same-origin';
    if (isOwn || ['GET', 'HEAD'].includes(req.method)) next();
    else next(new LoginWithError('session: another site sent it', { code: 'foreign_request', stage: 'session' }));
  };
}
