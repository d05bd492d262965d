import type { ServerResponse } from 'node:http';
import type Router from 'router';
import { messagePage, type PageContext } from '../pages/index.js';
import type { CallReader } from '../server/call-reader.js';
import { sendPage, sendRedirect } from '../server/page-responses.js';
import { readTarget } from '../server/request-target.js';
import type { RegisteredApp } from '../store/app-form.js';
import type { Store } from '../store/store.js';
import type { User } from '../store/users.js';
import { dashboardTexts } from './texts.js';

/** A request for a page of the dashboard. */
export interface DashboardRequest {
  req: Router.Request;
  res: ServerResponse;
  page: PageContext;
  user: User;
}

type Handler = (request: DashboardRequest) => void;
type AppHandler = (request: Omit<DashboardRequest, 'user'> & { app: RegisteredApp }) => void;
type Middleware = (req: Router.Request, res: ServerResponse) => void;

export interface Guards {
  /** Lets signed-in users through; sends everybody else to the sign-in and back. */
  signedIn(handle: Handler): Middleware;
  /** For forms: after the sign-in, the user comes back to the page with the form. */
  signedInForm(handle: Handler): Middleware;
  /** The same two, for a page or a form of one of the user's own apps. Other users' apps are not found. */
  signedInWithApp(handle: AppHandler): Middleware;
  signedInFormWithApp(handle: AppHandler): Middleware;
}

export function createGuards({ store, calls }: { store: Store; calls: CallReader }): Guards {
  const withUser = (handle: Handler, returnTo: (path: string) => string): Middleware => {
    return (req, res) => {
      const user = calls.currentUser(req);
      if (user !== null) handle({ req, res, page: calls.pageContext(req, readTarget(req)), user });
      else sendRedirect(res, `/signin?return_to=${encodeURIComponent(returnTo(req.originalUrl))}`);
    };
  };
  const signedIn = (handle: Handler): Middleware => withUser(handle, (path) => path);
  const signedInForm = (handle: Handler): Middleware =>
    withUser(handle, (path) => path.replace(/^(\/settings\/apps)\/.*/, '$1'));
  const withApp = (handle: AppHandler): Handler => {
    return (request) => {
      const { req, res, page, user } = request;
      const app = store.apps.find(appIdOf(req));
      if (app?.ownerId === user.id) handle({ ...request, app });
      else sendPage(res, messagePage(page, dashboardTexts(page.language).notFound), 404);
    };
  };
  return {
    signedIn,
    signedInForm,
    signedInWithApp: (handle) => signedIn(withApp(handle)),
    signedInFormWithApp: (handle) => signedInForm(withApp(handle)),
  };
}

/** The `:appId` of the route. */
export function appIdOf({ params }: Router.Request): string {
  return typeof params.appId === 'string' ? params.appId : '';
}
