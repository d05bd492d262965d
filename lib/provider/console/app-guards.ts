import type Router from 'router';
import type { ServerResponse } from 'node:http';
import { appIdOf, type DashboardRequest, type Guards } from '../dashboard/guards.js';
import { dashboardTexts } from '../dashboard/texts.js';
import { messagePage } from '../pages/index.js';
import { sendPage } from '../server/page-responses.js';
import type { Store } from '../store/store.js';
import type { ConsolePages } from './console-pages.js';
import { consoleTexts } from './texts.js';

/** Guards for the dashboard's pages of an app in the console: nobody signs in, and all apps can be changed. */
export function createAppGuards(store: Store, pages: ConsolePages): Guards {
  const withOwner =
    (handle: (request: DashboardRequest) => void) =>
    (req: Router.Request, res: ServerResponse): void => {
      const page = pages.plainContextOf(req);
      // A new app is the first person's, as one that a script makes.
      const [user] = store.users.list();
      if (user === undefined) sendPage(res, messagePage(page, consoleTexts(page.language).people.needed), 409);
      else handle({ req, res, page, user });
    };
  const withApp: Guards['signedInWithApp'] = (handle) => (req, res) => {
    const page = pages.plainContextOf(req);
    const app = store.apps.find(appIdOf(req));
    if (app === undefined) sendPage(res, messagePage(page, dashboardTexts(page.language).notFound), 404);
    else handle({ req, res, page, app });
  };
  return { signedIn: withOwner, signedInForm: withOwner, signedInWithApp: withApp, signedInFormWithApp: withApp };
}
