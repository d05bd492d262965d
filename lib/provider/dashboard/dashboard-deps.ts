import { isSameOrigin } from '../server/urls.js';
import type { DashboardDeps } from './dashboard.js';
import { readTarget, type Engine } from '../server/script-runner.js';

/** The site as the dashboard sees it. */
export function dashboardDeps(engine: Engine): DashboardDeps {
  const { site } = engine;
  return {
    context: (request) => {
      const { path, query } = readTarget(request);
      return { ...engine.pageContext(request, path, query), userId: engine.userOf(request)?.id ?? null };
    },
    apps: {
      list: (ownerId) => site.apps.ownedBy(ownerId),
      find: (appId) => site.apps.find(appId),
      create: (ownerId, input) => site.createApp({ ...input, ownerId }),
      update: (appId, input) => site.updateApp(appId, input),
      remove: (appId) => site.deleteApp(appId),
    },
    logins: {
      list: (userId) =>
        site.apps.list().flatMap((app) => {
          const approval = site.approvals.find(app.appId, userId);
          return approval === undefined ? [] : [{ app, acceptedAt: new Date(approval.acceptedAt) }];
        }),
      revoke: (userId, appId) => site.revoke({ id: userId }, appId),
    },
    siteURL: (request) => engine.siteURL(request),
    sameOrigin: (request) => isSameOrigin(request),
  };
}
