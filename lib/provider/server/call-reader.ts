import type { IncomingMessage } from 'node:http';
import Negotiator from 'negotiator';
import type { Parameters } from '../api/php-values.js';
import type { ScriptCall } from '../api/script-call.js';
import type { CurrentConditions } from '../faults/site-conditions.js';
import { languageOfCode, languages, type Language } from '../i18n.js';
import type { ProviderSettings } from '../options.js';
import type { PageContext } from '../pages/index.js';
import type { Store } from '../store/store.js';
import { displayNameOf, type User } from '../store/users.js';
import { readForm, type FormRequest } from './body.js';
import type { RequestTarget } from './request-target.js';
import type { SessionCookie } from './session-cookie.js';
import { isFromThisMachine, type SiteAddress } from './urls.js';

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
  const pageContext = (req: IncomingMessage, { path, query }: RequestTarget): PageContext => {
    const user = currentUser(req);
    return {
      siteName: settings.name,
      language: (askedLanguage(query) ?? acceptedLanguage(req, settings.language)) === 'fr' ? 'fr' : 'en',
      user: user === null ? null : { displayName: displayNameOf(user), username: user.username },
      path,
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
        language: askedLanguage(target.query) ?? defaultLanguage(req, settings),
        page: pageContext(req, target),
        siteURL,
        uploadsURL: settings.uploadsURL ?? `${siteURL}/content/uploads`,
        settings,
        conditions: conditions.read(),
      };
    },
  };
}

function askedLanguage(query: Parameters): Language | undefined {
  const lang = query.get('lang');
  return typeof lang === 'string' ? languageOfCode(lang) : undefined;
}

/** 2.8 ignores the browser's language; all versions read `?lang=`. */
function defaultLanguage(req: IncomingMessage, { version, language }: ProviderSettings): Language {
  return version === '2.8' ? language : acceptedLanguage(req, language);
}

/** The language that the browser prefers among ours; the site's own when the browser has no preference. */
function acceptedLanguage(req: IncomingMessage, own: Language): Language {
  // The first one is the best when the header accepts anything.
  const best = new Negotiator(req).language([own, ...languages]);
  return languages.find((language) => language === best) ?? own;
}
