import type { LoginErrorCode } from '../errors.js';
import { addQueryParameter, parseURL } from '../internal/urls.js';
import type { LoginOutcome } from '../login/outcome.js';
import { findParameter } from '../login/request.js';
import { originalURL, type ExpressRequest } from '../node-request.js';
import { createPopupScript } from '../pages/popup-script.js';
import type { Attempt } from '../types.js';
import type { Instance, RequestContext } from './instance.js';
import { destinationOf } from './paths.js';
import { redirect, sendPage } from './responses.js';
import { saveSession } from './session/session.js';

/** How a login is shown, and where it leads. */
export type Presentation = Pick<Attempt, 'returnTo' | 'display'>;

/** How a login ends. `destination` is where it leads, which may be a page that no attempt can ask for. */
export type Ending = Presentation & { destination: string };

export function endingOf(instance: Instance, outcome: Extract<LoginOutcome, { type: 'success' }>): Ending {
  const { returnTo, display } = outcome.attempt;
  return { returnTo, display, destination: destinationOf(instance, outcome) };
}

/** Reads the query's `display`, whose name and value are those of OpenID Connect. */
export function findDisplay(req: ExpressRequest): Attempt['display'] {
  return findParameter(originalURL(req), 'display') === 'popup' ? 'popup' : undefined;
}

export function addDisplay(path: string, display: Attempt['display']): string {
  return display === undefined ? path : addQueryParameter(path, 'display', display);
}

/** Ends a login: on the page that was asked for or, in a popup, with a page that tells the opener and closes itself. */
export async function endLogin(
  instance: Instance,
  context: RequestContext,
  { returnTo, display, destination: href }: Ending,
): Promise<void> {
  const { req, res } = context;
  if (display === undefined) {
    await redirect(req, res, href);
    return;
  }
  // The opener may be faster than the store.
  await saveSession(req);
  const script = createPopupScript({ openerOrigin: findOpenerOrigin(returnTo) });
  sendPage(instance, context, 200, (page) => instance.settings.templates.popup({ ...page, href }), script);
}

/** Tells the opener of a failure, and sends the browser on to `href`, which shows it. */
export function tellFailure(
  instance: Instance,
  context: RequestContext,
  { returnTo, code, href }: { returnTo: string; code: LoginErrorCode; href: string },
): void {
  const script = createPopupScript({ code, openerOrigin: findOpenerOrigin(returnTo) });
  sendPage(instance, context, 200, (page) => instance.settings.templates.finish({ ...page, href }), script);
}

/** The opener of a popup that returns to another origin, which is a trusted one, is a page of that origin. */
function findOpenerOrigin(returnTo: string): string | undefined {
  return parseURL(returnTo)?.origin;
}
