import { parseURL } from '../../internal/urls.js';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { messageResponse } from '../api/response.js';
import type { CallReader } from './call-reader.js';
import { sendRedirect } from './page-responses.js';
import { readTarget } from './request-target.js';
import type { ScriptRunner } from './script-runner.js';
import type { SiteAddress } from './urls.js';

export type Middleware = (req: IncomingMessage, res: ServerResponse, next: () => void) => void;

interface CrossSiteGuardDeps {
  address: SiteAddress;
  calls: CallReader;
  runner: ScriptRunner;
}

/**
 * Creates the guard of everything that a page of another site must neither use nor read: sign-in, consent, dashboard.
 * It refuses forms from another site, and requests to a host that may be another site's.
 */
export function createCrossSiteGuard({ address, calls, runner }: CrossSiteGuardDeps): Middleware {
  const refuseHost = (req: IncomingMessage, res: ServerResponse): void => {
    // Whoever asks under this name is not told who is signed in.
    const page = { ...calls.pageContext(req, readTarget(req)), user: null };
    runner.send(req, res, messageResponse(page, 'foreign_host', 403));
  };
  return (req, res, next) => {
    const isForm = req.method === 'POST';
    const ownURL = address.ownURL();
    if (address.isTrustedHost(req)) {
      if (!isForm || isSameOrigin(req)) next();
      else runner.sendMessage(req, res, 'forbidden', 403);
    } else if (isForm || ownURL === undefined) {
      refuseHost(req, res);
    } else {
      sendRedirect(res, ownURL, { status: 302 });
    }
  };
}

/**
 * Whether a form was sent from a page of this site. Browsers say so in `Sec-Fetch-Site`, older ones in `Origin`; a
 * client that sends neither is no browser that another site could have used.
 */
export function isSameOrigin(req: IncomingMessage): boolean {
  const site = req.headers['sec-fetch-site'];
  if (site !== undefined) return site === 'same-origin' || site === 'none';
  const { origin, host } = req.headers;
  return origin === undefined || parseURL(origin)?.host === host;
}
