import { Router, urlencoded, type Request, type Response } from 'express';
import {
  checkAppForm,
  emptyAppForm,
  type AppFormValues,
  type AppInput,
  type RegisteredApp,
} from '../store/app-form.js';
import { appFormPage } from './app-form-page.js';
import { appPage, appsPage, deleteAppPage, isDone, loginsPage, type Done } from './app-pages.js';
import { developerPage, isTopic } from './developer-pages.js';
import { copyScript, messagePage, styleSheet, type PageContext } from '../pages/index.js';
import { textsFor } from '../pages/texts.js';
import { PAGE_HEADERS } from '../server/wire-response.js';

/** What the dashboard needs from the site around it. */
export interface DashboardDeps {
  context(req: Request): PageContext & { userId: string | null };
  apps: {
    list(ownerId: string): RegisteredApp[];
    find(appId: string): RegisteredApp | undefined;
    create(ownerId: string, input: AppInput): RegisteredApp;
    update(appId: string, input: AppInput): RegisteredApp;
    remove(appId: string): void;
  };
  logins: {
    list(userId: string): { app: RegisteredApp; acceptedAt: Date }[];
    revoke(userId: string, appId: string): void;
  };
  /** The address of this provider as apps should use it, without a slash at its end. */
  siteURL(req: Request): string;
  /** Whether a form was sent from this site's own pages; others are refused. */
  sameOrigin(req: Request): boolean;
}

type Context = PageContext & { userId: string };
type Handler = (req: Request, res: Response, context: Context) => void;
type AppHandler = (req: Request, res: Response, context: Context & { app: RegisteredApp }) => void;

/**
 * The developer's dashboard (`/developers/apps`), "My logins" (`/settings/apps`), the developer pages (`/developers`),
 * and the style sheet and script of all pages.
 */
export function dashboardRouter(deps: DashboardDeps): Router {
  const router = Router();
  const form = urlencoded({ extended: false, limit: '256kb' });
  serveAssets(router);

  router.get(
    '/developers/apps',
    signedIn(deps, (req, res, context) => {
      sendPage(res, appsPage(context, { apps: deps.apps.list(context.userId), ...readDone(req) }));
    }),
  );
  router.get(
    '/developers/apps/new',
    signedIn(deps, (_req, res, context) => {
      sendPage(res, appFormPage(context, { values: emptyAppForm, mistakes: {} }));
    }),
  );
  router.post(
    '/developers/apps/new',
    form,
    ownForm(deps, (req, res, context) => {
      const checked = checkAppForm(req.body);
      if (!checked.ok) {
        sendPage(res.status(422), appFormPage(context, checked));
        return;
      }
      const app = deps.apps.create(context.userId, checked.input);
      res.redirect(303, `/developers/apps/${app.appId}?done=created`);
    }),
  );
  router.get(
    '/developers/apps/:appId',
    ownApp(deps, signedIn, (req, res, context) => {
      sendPage(res, appPage(context, { app: context.app, siteURL: deps.siteURL(req), ...readDone(req) }));
    }),
  );
  router.get(
    '/developers/apps/:appId/edit',
    ownApp(deps, signedIn, (_req, res, context) => {
      const { app } = context;
      sendPage(res, appFormPage(context, { values: valuesOf(app), mistakes: {}, app }));
    }),
  );
  router.post(
    '/developers/apps/:appId/edit',
    form,
    ownApp(deps, ownForm, (req, res, context) => {
      const { app } = context;
      const checked = checkAppForm(req.body);
      if (!checked.ok) {
        sendPage(res.status(422), appFormPage(context, { ...checked, app }));
        return;
      }
      deps.apps.update(app.appId, checked.input);
      res.redirect(303, `/developers/apps/${app.appId}?done=saved`);
    }),
  );
  router.get(
    '/developers/apps/:appId/delete',
    ownApp(deps, signedIn, (_req, res, context) => {
      sendPage(res, deleteAppPage(context, context.app));
    }),
  );
  router.post(
    '/developers/apps/:appId/delete',
    form,
    ownApp(deps, ownForm, (_req, res, context) => {
      deps.apps.remove(context.app.appId);
      res.redirect(303, '/developers/apps?done=deleted');
    }),
  );

  router.get(
    '/settings/apps',
    signedIn(deps, (req, res, context) => {
      sendPage(res, loginsPage(context, { logins: deps.logins.list(context.userId), ...readDone(req) }));
    }),
  );
  router.post(
    '/settings/apps/:appId/remove',
    form,
    ownForm(deps, (req, res, context) => {
      const appId = readAppId(req);
      const accepted = deps.logins.list(context.userId).some(({ app }) => app.appId === appId);
      if (accepted) deps.logins.revoke(context.userId, appId);
      res.redirect(303, accepted ? '/settings/apps?done=removed' : '/settings/apps');
    }),
  );

  router.get(['/developers', '/developers/:topic'], (req, res, next) => {
    const topic = req.params.topic ?? 'start';
    if (!isTopic(topic)) {
      next();
      return;
    }
    sendPage(res, developerPage(deps.context(req), { topic, siteURL: deps.siteURL(req) }));
  });
  return router;
}

function serveAssets(router: Router): void {
  const assets = { '/style.css': ['text/css', styleSheet], '/dashboard.js': ['text/javascript', copyScript] } as const;
  for (const [path, [type, text]] of Object.entries(assets)) {
    router.get(path, (_req, res) => {
      res
        .type(type)
        .set({ ...PAGE_HEADERS, 'cache-control': 'no-cache' })
        .send(text);
    });
  }
}

/** For a page of one's own: who is not signed in signs in first and comes back. */
function signedIn(deps: DashboardDeps, handle: Handler) {
  return (req: Request, res: Response): void => {
    const context = deps.context(req);
    if (context.userId === null) {
      redirectToSignIn(res, req.originalUrl);
      return;
    }
    handle(req, res, { ...context, userId: context.userId });
  };
}

/** For a form: another site's is refused. Coming back after signing in means the page with the form, not its target. */
function ownForm(deps: DashboardDeps, handle: Handler) {
  const withUser = signedIn(deps, handle);
  return (req: Request, res: Response): void => {
    const context = deps.context(req);
    if (!deps.sameOrigin(req)) {
      const { refused } = textsFor(context.language).dashboard;
      sendPage(res.status(403), messagePage(context, refused));
      return;
    }
    if (context.userId === null) {
      redirectToSignIn(res, req.originalUrl.replace(/^(\/settings\/apps)\/.*/, '$1'));
      return;
    }
    withUser(req, res);
  };
}

/** For one's own app: someone else's answers like one that does not exist. */
function ownApp(deps: DashboardDeps, guard: typeof signedIn, handle: AppHandler) {
  return guard(deps, (req, res, context) => {
    const app = deps.apps.find(readAppId(req));
    if (app?.ownerId !== context.userId) {
      const { notFound } = textsFor(context.language).dashboard;
      sendPage(res.status(404), messagePage(context, notFound));
      return;
    }
    handle(req, res, { ...context, app });
  });
}

function redirectToSignIn(res: Response, returnTo: string): void {
  res.redirect(303, `/signin?return_to=${encodeURIComponent(returnTo)}`);
}

function sendPage(res: Response, page: string): void {
  res
    .set({ ...PAGE_HEADERS, 'cache-control': 'no-store' })
    .type('html')
    .send(page);
}

function readAppId(req: Request): string {
  const { appId } = req.params;
  return typeof appId === 'string' ? appId : '';
}

function readDone(req: Request): { done?: Done } {
  const { done } = req.query;
  return isDone(done) ? { done } : {};
}

function valuesOf({ name, domain, redirectURL, description, category, iconURL }: RegisteredApp): AppFormValues {
  return { name, domain, redirectURL, description, category, iconURL };
}
