import type { ServerResponse } from 'node:http';
import type Router from 'router';
import { errorText } from '../../internal/unknown-error.js';
import { parseForm } from '../dashboard/dashboard.js';
import { messagePage } from '../pages/index.js';
import { sendRedirect } from '../server/page-responses.js';
import { readTarget } from '../server/request-target.js';
import type { Store } from '../store/store.js';
import type { User, UserInput } from '../store/users.js';
import type { ConsoleDeps, ConsolePages } from './console-pages.js';
import { isDone, peoplePage, personPage, type AcceptedApp, type Done } from './people-pages.js';
import { readPerson } from './person-input.js';
import { tabs } from './section.js';
import { readFields, sendBack } from './forms.js';
import { consoleTexts } from './texts.js';

/** Routes for the people of the site, and for the apps that they accepted. */
export function routePeople(router: Router.Router, { store, calls }: ConsoleDeps, pages: ConsolePages): void {
  const goHome = (res: ServerResponse, done: Done): void => sendRedirect(res, `${tabs.people}?done=${done}`);
  const withUser =
    (handle: (req: Router.Request, res: ServerResponse, user: User) => void) =>
    (req: Router.Request, res: ServerResponse): void => {
      const { userId } = req.params;
      const user = typeof userId === 'string' ? store.users.findById(userId) : undefined;
      if (user !== undefined) {
        handle(req, res, user);
        return;
      }
      const page = pages.contextOf(req);
      pages.send(res, messagePage(page, consoleTexts(page.language).people.notFound), 404);
    };
  const save = (req: Router.Request, res: ServerResponse, user: User | undefined): void => {
    const typed = readPerson(readFields(req), user);
    try {
      // The store checks all fields, and names the one that is wrong.
      if (user === undefined) store.addUser(typed as unknown as UserInput);
      else store.updateUser(user, typed);
    } catch (error) {
      if (!(error instanceof TypeError)) throw error;
      pages.send(res, personPage(pages.contextOf(req), { user, typed, mistake: errorText(error) }), 422);
      return;
    }
    goHome(res, user === undefined ? 'added' : 'saved');
  };

  router.get(tabs.people, (req, res) => {
    const done = readTarget(req).query.get('done');
    const content = {
      users: store.users.list(),
      grants: acceptedApps(store),
      signedInId: calls.currentUser(req)?.id,
      ...(isDone(done) ? { done } : {}),
    };
    pages.send(res, peoplePage(pages.contextOf(req), content));
  });
  router.get(`${tabs.people}/new`, (req, res) => {
    pages.send(res, personPage(pages.contextOf(req), { user: undefined }));
  });
  router.post(`${tabs.people}/new`, parseForm, (req, res) => save(req, res, undefined));
  router.get(
    `${tabs.people}/:userId`,
    withUser((req, res, user) => pages.send(res, personPage(pages.contextOf(req), { user }))),
  );
  router.post(`${tabs.people}/:userId`, parseForm, withUser(save));
  router.post(
    `${tabs.people}/:userId/delete`,
    parseForm,
    withUser((_req, res, user) => {
      store.deleteUser(user);
      goHome(res, 'deleted');
    }),
  );
  router.post('/console/revoke', parseForm, (req, res) => {
    const { app = '', user = '', ...form } = readFields(req);
    if (store.apps.find(app) !== undefined) store.revoke(user, app);
    sendBack(res, form, 'revoked' satisfies Done);
  });
}

function acceptedApps({ grants, users, apps }: Store): AcceptedApp[] {
  return grants.list().flatMap(({ userId, appId }) => {
    const app = apps.find(appId);
    return app === undefined ? [] : [{ userId, user: users.findById(userId), app }];
  });
}
