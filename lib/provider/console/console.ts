import Router from 'router';
import { routeApps } from '../dashboard/dashboard.js';
import { snippetsFor } from '../dashboard/snippets.js';
import { endpoints } from '../faults/faults.js';
import { sendAsset } from '../server/page-responses.js';
import { readTarget } from '../server/request-target.js';
import { createConsolePages, eventsPath, lastNumber, type ConsoleDeps, type ConsolePages } from './console-pages.js';
import { consoleAppsPage } from './apps-page.js';
import { createEventStreams } from './event-streams.js';
import { createConsoleGuards } from './guard.js';
import { createAppGuards } from './app-guards.js';
import { developerContext } from './language.js';
import { routePeople } from './people-routes.js';
import { mostEntries, requestItem, requestsPage } from './requests-page.js';
import { consoleScript } from './script.js';
import { tabs } from './section.js';
import { consoleStyleSheet } from './style-sheet.js';
import { troublePage } from './trouble-page.js';
import { routeSwitches } from './switch-routes.js';

/**
 * Routes for the console (`/console`): the requests as they come, switches for the faults and the site's states, the
 * clock, people and apps. It works while the site is closed too.
 */
export function createConsole(deps: ConsoleDeps): Router.Router {
  const { settings, store, address, calls, sessionSecretOf } = deps;
  const router = new Router();
  const pages = createConsolePages(deps);
  const guards = createConsoleGuards(calls);
  router.all(/^\/console(?:\/|$)/i, guards.console);
  router.get(eventsPath, guards.sameOrigin);
  routeAssets(router);
  routeRequests(router, deps, pages);
  router.get(tabs.trouble, (req, res) => {
    const asked = readTarget(req).query.get('endpoint');
    const endpoint = endpoints.find((each) => each === asked) ?? 'authorize';
    pages.send(res, troublePage(pages.contextOf(req), { endpoint }));
  });
  routeSwitches(router, deps, pages);
  routePeople(router, deps, pages);
  router.get(tabs.apps, (req, res) => {
    const site = { name: settings.name, url: address.urlFor(req) };
    const apps = store.apps
      .list()
      .map((app) => ({ app, environment: snippetsFor(app, { ...site, sessionSecret: sessionSecretOf(app) }).env }));
    pages.send(res, consoleAppsPage(pages.contextOf(req), apps));
  });
  routeApps(router, { ...deps, guards: createAppGuards(store, pages), base: tabs.apps });
  return router;
}

function routeAssets(router: Router.Router): void {
  const assets = {
    '/console/style.css': ['text/css', consoleStyleSheet],
    '/console/script.js': ['text/javascript', consoleScript],
  } as const;
  for (const [path, [type, text]] of Object.entries(assets)) {
    router.get(path, (_req, res) => {
      sendAsset(res, text, { 'content-type': `${type}; charset=utf-8`, 'cache-control': 'no-cache' });
    });
  }
}

function routeRequests(router: Router.Router, { store, requestLog, calls }: ConsoleDeps, pages: ConsolePages): void {
  const streams = createEventStreams(requestLog);
  const findUser = (id: string) => store.users.findById(id);
  router.get(tabs.requests, (req, res) => {
    const after = numberOf(req, 'after');
    const all = requestLog.list();
    const wanted = all.filter((entry) => entry.number > after);
    const content = {
      entries: wanted.slice(-mostEntries).reverse(),
      findUser,
      total: wanted.length,
      lastNumber: lastNumber(requestLog),
      isCut: wanted.length < all.length,
    };
    pages.send(res, requestsPage(pages.contextOf(req), content));
  });
  router.get(eventsPath, (req, res) => {
    const page = developerContext(calls, req);
    streams.open(req, res, {
      after: Number(req.headers['last-event-id'] ?? numberOf(req, 'after')) || 0,
      render: (entry) => requestItem(page, entry, findUser).markup,
    });
  });
}

function numberOf(req: Router.Request, name: string): number {
  const value = readTarget(req).query.get(name);
  return typeof value === 'string' && /^\d{1,15}$/.test(value) ? Number(value) : 0;
}
