import type { IncomingMessage } from 'node:http';
import { LoginWithError } from '../errors.js';
import { isSameOriginPost } from '../login/cross-site.js';
import { explainForeignPost } from '../login/hints.js';
import { toLoginRequest, type ExpressRequest } from '../node-request.js';
import type { Settings } from './options.js';
import type { WebRequest } from './types.js';

/** The request as the app's functions expect it: the session, the user and the login have been added to it. */
export function asWebRequest(req: IncomingMessage): WebRequest {
  return req as WebRequest;
}

/** The path under which the app has mounted a middleware: Express says it, connect only removes it from the URL. */
export function mountPathOf({ baseUrl, originalUrl = '', url = '' }: ExpressRequest): string {
  if (baseUrl !== undefined) return baseUrl;
  // A client may ask for a whole URL, and connect keeps its origin in front of what it leaves.
  const [whole = '', rest = ''] = [originalUrl, url].map((target) => target.replace(/^[^/?#]+:\/\/[^/?#]*/, ''));
  // Of a request for the mount path itself, connect leaves nothing and puts a "/" in front of it.
  const inner = whole.endsWith(rest) ? rest : rest.slice(1);
  return whole.slice(0, whole.length - inner.length);
}

/** @throws LoginWithError `foreign_request` if a POST does not come from a page of the app or of a trusted origin */
export function requireSameOriginPost(
  req: ExpressRequest,
  { trustedOrigins }: Settings,
  stage: 'link' | 'logout',
): void {
  const request = toLoginRequest(req);
  if (isSameOriginPost(request, trustedOrigins)) return;
  throw new LoginWithError(`${stage}: the request does not come from a page of this site`, {
    code: 'foreign_request',
    stage,
    hint: explainForeignPost(request),
  });
}
