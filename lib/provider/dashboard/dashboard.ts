import type { IncomingMessage } from 'node:http';
import { urlencoded } from 'body-parser';
import Router from 'router';
import { copyScript, createStyleSheet } from '../pages/index.js';
import type { CallReader } from '../server/call-reader.js';
import type { Middleware } from '../server/cross-site.js';
import { sendAsset, sendPage, sendRedirect } from '../server/page-responses.js';
import { readTarget } from '../server/request-target.js';
import type { SiteAddress } from '../server/urls.js';
import { checkAppForm, emptyAppForm, type AppFormValues, type RegisteredApp } from '../store/app-form.js';
import type { AppReference } from '../store/apps.js';
import type { Store } from '../store/store.js';
import { appFormPage } from './app-form-page.js';
import { appPage, appsPage, deleteAppPage, isDone, loginsPage, type AppLogin, type Done } from './app-pages.js';
import { developerPage, isTopic } from './developer-pages.js';
import { appIdOf, createGuards, type Guards } from './guards.js';

interface DashboardDeps {
  /** The site's name as in paths. */
  slug: string;
  store: Store;
  calls: CallReader;
  address: SiteAddress;
  crossSiteGuard: Middleware;
  sessionSecretOf: (app: AppReference) => string;
}

/**
 * Routes for the developer's dashboard (`/developers/apps`), "My logins" (`/settings/apps`), the developer pages
 * (`/developers`), and the style sheet and the script of all pages.
 */
export function createDashboard(deps: DashboardDeps): Router.Router {
  const router = new Router();
  const guards = createGuards(deps);
  routeAssets(router, deps.slug);
  router.all(/^\/(?:developers|settings\/apps)(?:\/|$)/i, deps.crossSiteGuard);
  router.get(
    appsPath,
    guards.signedIn(({ req, res, page, user }) => {
      sendPage(res, appsPage(page, { apps: deps.store.apps.ownedBy(user.id), ...doneOf(req) }));
    }),
  );
  routeApps(router, { ...deps, guards, base: appsPath });
  routeLogins(router, deps, guards);
  routeDeveloperPages(router, deps);
  return router;
}

export const parseForm = urlencoded({ extended: false, limit: '256kb' });
const appsPath = '/developers/apps';

function routeAssets(router: Router.Router, slug: string): void {
  const assets = {
    '/style.css': ['text/css', createStyleSheet(slug)],
    '/dashboard.js': ['text/javascript', copyScript],
  } as const;
  for (const [path, [type, text]] of Object.entries(assets)) {
    router.get(path, (_req, res) => {
      sendAsset(res, text, { 'content-type': `${type}; charset=utf-8`, 'cache-control': 'no-cache' });
    });
  }
}

interface AppRoutesDeps {
  store: Store;
  address: SiteAddress;
  guards: Guards;
  sessionSecretOf: (app: AppReference) => string;
  /** Path of the list of apps, which these pages are below. */
  base: string;
}

/** Routes to create, show, edit and delete an app. */
export function routeApps(
  router: Router.Router,
  { store, address, guards, base, sessionSecretOf }: AppRoutesDeps,
): void {
  const showNewForm = guards.signedIn(({ res, page }) => {
    sendPage(res, appFormPage(page, { values: emptyAppForm, mistakes: {}, base }));
  });
  const create = guards.signedInForm(({ req, res, page, user }) => {
    const checked = checkAppForm(bodyOf(req));
    if (!checked.ok) {
      sendPage(res, appFormPage(page, { ...checked, base }), 422);
      return;
    }
    const { appId } = store.createApp({ ...checked.input, ownerId: user.id });
    sendRedirect(res, `${base}/${appId}?done=created`);
  });
  const show = guards.signedInWithApp(({ req, res, page, app }) => {
    sendPage(
      res,
      appPage(page, { app, base, siteURL: address.urlFor(req), sessionSecret: sessionSecretOf(app), ...doneOf(req) }),
    );
  });
  const showEditForm = guards.signedInWithApp(({ res, page, app }) => {
    sendPage(res, appFormPage(page, { values: valuesOf(app), mistakes: {}, app, base }));
  });
  const edit = guards.signedInFormWithApp(({ req, res, page, app }) => {
    const checked = checkAppForm(bodyOf(req));
    if (!checked.ok) {
      sendPage(res, appFormPage(page, { ...checked, app, base }), 422);
      return;
    }
    store.updateApp(app, checked.input);
    sendRedirect(res, `${base}/${app.appId}?done=saved`);
  });
  const showDeleteForm = guards.signedInWithApp(({ res, page, app }) => {
    sendPage(res, deleteAppPage(page, { app, base }));
  });
  const remove = guards.signedInFormWithApp(({ res, app }) => {
    store.deleteApp(app);
    sendRedirect(res, `${base}?done=deleted`);
  });

  router.get(`${base}/new`, showNewForm);
  router.post(`${base}/new`, parseForm, create);
  router.get(`${base}/:appId`, show);
  router.get(`${base}/:appId/edit`, showEditForm);
  router.post(`${base}/:appId/edit`, parseForm, edit);
  router.get(`${base}/:appId/delete`, showDeleteForm);
  router.post(`${base}/:appId/delete`, parseForm, remove);
}

function routeLogins(router: Router.Router, { store }: DashboardDeps, guards: Guards): void {
  const loginsOf = (userId: string): AppLogin[] =>
    store.apps.list().flatMap((app) => {
      const grant = store.grants.find(app.appId, userId);
      return grant === undefined ? [] : [{ app, acceptedAt: new Date(grant.grantedAt) }];
    });
  const list = guards.signedIn(({ req, res, page, user }) => {
    sendPage(res, loginsPage(page, { logins: loginsOf(user.id), ...doneOf(req) }));
  });
  const remove = guards.signedInForm(({ req, res, user }) => {
    const login = loginsOf(user.id).find(({ app }) => app.appId === appIdOf(req));
    if (login !== undefined) store.revoke(user, login.app);
    sendRedirect(res, login === undefined ? '/settings/apps' : '/settings/apps?done=removed');
  });

  router.get('/settings/apps', list);
  router.post('/settings/apps/:appId/remove', parseForm, remove);
}

function routeDeveloperPages(router: Router.Router, { calls, address }: DashboardDeps): void {
  router.get(['/developers', '/developers/:topic'], (req, res, next) => {
    const topic = req.params.topic ?? 'start';
    if (!isTopic(topic)) {
      next();
      return;
    }
    const page = calls.pageContext(req, readTarget(req));
    sendPage(res, developerPage(page, { topic, siteURL: address.urlFor(req) }));
  });
}

/** The form as body-parser left it on the request. */
export function bodyOf(req: IncomingMessage & { body?: unknown }): unknown {
  return req.body;
}

/** The change that led to this page. */
export function doneOf(req: IncomingMessage): { done?: Done } {
  const done = readTarget(req).query.get('done');
  return isDone(done) ? { done } : {};
}

function valuesOf({ name, domain, redirectURL, description, category, iconURL }: RegisteredApp): AppFormValues {
  return { name, domain, redirectURL, description, category, iconURL };
}
