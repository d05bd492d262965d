import type { IncomingMessage } from 'node:http';
import type { ScriptCall } from '../api/script-call.js';
import type { CurrentConditions } from '../faults/site-conditions.js';
import type { Language } from '../i18n.js';
import type { ProviderSettings } from '../options.js';
import type { PageContext } from '../pages/index.js';
import type { Store } from '../store/store.js';
import { displayNameOf, type User } from '../store/users.js';
import { readForm, type FormRequest } from './body.js';
import { readLanguage } from './language.js';
import type { RequestTarget } from './request-target.js';
import type { SessionCookie } from './session-cookie.js';
import { isFromThisMachine, uploadsURLOf, type SiteAddress } from './urls.js';

/** Reads from a request what the script and the pages need to know. */
export interface CallReader {
  readCall(req: FormRequest, target: RequestTarget): Promise<ScriptCall>;
  pageContext(req: IncomingMessage, target: RequestTarget): PageContext;
  /** The user who is signed in on this browser. */
  currentUser(req: IncomingMessage): User | null;
}

interface CallReaderDeps {
  settings: ProviderSettings;
  store: Store;
  conditions: CurrentConditions;
  address: SiteAddress;
  session: SessionCookie;
}

export function createCallReader({ settings, store, conditions, address, session }: CallReaderDeps): CallReader {
  const currentUser = (req: IncomingMessage): User | null => {
    const id = session.read(req);
    return (id === undefined ? undefined : store.users.findById(id)) ?? null;
  };
  const languageOf = (req: IncomingMessage, { query }: RequestTarget): Language =>
    readLanguage(req, { query, version: settings.version, conditions: conditions.read() });
  const pageContext = (req: IncomingMessage, target: RequestTarget): PageContext => {
    const user = currentUser(req);
    return {
      siteName: settings.name,
      language: languageOf(req, target) === 'fr' ? 'fr' : 'en',
      user: user === null ? null : { displayName: displayNameOf(user), username: user.username },
      path: target.path,
      hasConsole: isFromThisMachine(req),
    };
  };
  return {
    currentUser,
    pageContext,
    async readCall(req, target) {
      const siteURL = address.urlFor(req);
      return {
        method: target.method,
        query: target.query,
        form: await readForm(req),
        path: req.url ?? '/',
        user: currentUser(req),
        language: languageOf(req, target),
        page: pageContext(req, target),
        siteURL,
        uploadsURL: uploadsURLOf(siteURL, conditions.read()),
        settings,
        conditions: conditions.read(),
      };
    },
  };
}
