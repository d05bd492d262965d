import type { IncomingMessage, ServerResponse } from 'node:http';
import { parse } from 'cookie';
import type Router from 'router';
import { buttonText, pageText } from '../api/messages.js';
import { returnCookieName } from '../api/oauth.js';
import { pageResponse, type ScriptResponse } from '../api/response.js';
import type { ScriptCall } from '../api/script-call.js';
import { messagePage } from '../pages/index.js';
import type { Store } from '../store/store.js';
import type { User } from '../store/users.js';
import { sendRedirect } from './page-responses.js';
import { localPath } from './urls.js';

type PageHandler = (call: ScriptCall, req: IncomingMessage, res: ServerResponse) => ScriptResponse | undefined;

interface StopPagesDeps {
  store: Store;
  /** Makes a route's handler of a page. */
  page: (handle: PageHandler) => (req: IncomingMessage, res: ServerResponse) => Promise<void>;
}

/**
 * Routes for the pages to which a login is sent on the way: `/started`, where users complete their profile, and
 * `/packages`. One click does what they ask for. Only 4.0 goes on with the login then.
 */
export function routeStopPages(router: Router.Router, { store, page }: StopPagesDeps): void {
  const pass = (changes: Partial<User>, pathAfter: (req: IncomingMessage, call: ScriptCall) => string): PageHandler => {
    return (call, req, res) => {
      if (call.user !== null) store.updateUser(call.user, changes);
      sendRedirect(res, call.user === null ? '/signin' : pathAfter(req, call));
      return undefined;
    };
  };
  router.get('/started', page(startedPage));
  router.post('/started', page(pass({ started: true }, pathAfterStarted)));
  router.get('/packages', page(packagesPage));
  router.post('/packages', page(pass({ hasPackage: true }, () => '/')));
}

function startedPage({ page, settings }: ScriptCall): ScriptResponse {
  const text = pageText(settings.version === '4.0' ? 'started_and_back' : 'started', page.language);
  const button = { action: '/started', label: buttonText('finish_profile', page.language) };
  return pageResponse(messagePage(page, { ...text, button }));
}

function packagesPage({ page }: ScriptCall): ScriptResponse {
  const button = { action: '/packages', label: buttonText('choose_package', page.language) };
  return pageResponse(messagePage(page, { ...pageText('packages', page.language), button }));
}

function pathAfterStarted({ headers }: IncomingMessage, { settings }: ScriptCall): string {
  return settings.version === '4.0' ? localPath(parse(headers.cookie ?? '')[returnCookieName]) : '/';
}
