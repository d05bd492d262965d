import type { ErrorRequestHandler, Request } from 'express';
import { LoginWithError } from 'passport-loginwith';
import { ServiceLost } from './outage.js';
import { messagePage } from './pages/message.js';
import type { Page } from './pages/texts.js';

/** Shows that something is wrong here; what is wrong with a login goes on to the pages of `loginWith()`. */
export function createErrorHandler(pageOf: (req: Request) => Page, log: (text: string) => void): ErrorRequestHandler {
  return (error: unknown, req, res, next) => {
    // A service tells about itself, once and not for each request.
    const isLost = error instanceof ServiceLost || (error instanceof LoginWithError && error.code === 'limits_failed');
    if (isLost && res.writableEnded) return;
    if (res.headersSent || (error instanceof LoginWithError && !isLost)) {
      next(error);
      return;
    }
    // Nobody waits until the session could not be stored, either.
    Object.assign(req, { session: undefined });
    if (!isLost) log(error instanceof Error ? (error.stack ?? error.message) : String(error));
    if (isLost) res.set('Retry-After', '10');
    res.status(isLost ? 503 : 500).send(messagePage(pageOf(req), isLost ? 'unavailable' : 'broken'));
  };
}
