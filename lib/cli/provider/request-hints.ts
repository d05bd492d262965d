import { integerOf } from '../../provider/api/php-values.js';
import { madeUpAppId } from '../made-up-app.js';
import type { LocalProvider, LoggedRequest } from '../../provider/index.js';

/** What the app does wrong, in one line, once per mistake; undefined for a request that has none. */
export type RequestHints = (entry: LoggedRequest) => string | undefined;

type Site = Pick<LocalProvider, 'url' | 'apps' | 'authorizeMethod' | 'version'>;

/** @param prefix what the names of the app's variables begin with */
export function createRequestHints(site: Site, prefix: string): RequestHints {
  const told = new Set<string>();
  let misplacedInARow = 0;

  const once = (mistake: string, hint: string): string | undefined => {
    // Other sites' pages can send any id: they must not fill the memory, or the terminal.
    if (told.has(mistake) || told.size >= mostHints) return undefined;
    told.add(mistake);
    return hint;
  };

  const explainId = (id: string): string | undefined => {
    if (id === '') return once('start without an id', startWithoutId(site));
    const appId = integerOf(id);
    if (id === madeUpAppId) return undefined;
    if (site.apps.some((app) => app.appId === appId)) return undefined;
    return once(`app_id ${id}`, unknownAppId(site, id, prefix));
  };

  const explainAuthorize = (entry: LoggedRequest): string | undefined => {
    const query = queryOf(entry);
    const form = new Map(Object.entries(entry.form));
    const [right, wrong] = site.authorizeMethod === 'POST' ? [form, query] : [query, form];
    const id = right.get('app_id')?.trim() ?? '';
    if (id === '' && wrong.has('app_id')) {
      misplacedInARow += 1;
      // passport-loginwith finds out by itself: one call in the wrong place, and the next one in the right place.
      return misplacedInARow === 2 ? once('place', wrongPlace(site)) : undefined;
    }
    misplacedInARow = 0;
    if (id === '') return once('authorize without an id', authorizeWithoutId(site));
    if (entry.error === 'Bad Request, invalid app_secret') {
      return once(`app_secret ${id}`, wrongSecret(site, id, prefix));
    }
    return explainId(id);
  };

  return (entry) => {
    if (entry.fault !== undefined) return undefined;
    if (entry.endpoint === 'oauth') return explainId(queryOf(entry).get('app_id')?.trim() ?? '');
    return entry.endpoint === 'authorize' ? explainAuthorize(entry) : undefined;
  };
}

const mostHints = 100;

function queryOf({ path }: LoggedRequest): URLSearchParams {
  return new URLSearchParams(path.slice(path.indexOf('?') + 1));
}

function startWithoutId({ url }: Site): string {
  return `a login was started without an app_id: send the browser to ${url}/api/oauth?app_id=APP_ID`;
}

function authorizeWithoutId({ authorizeMethod, version }: Site): string {
  return `/api/authorize came without an app_id; version ${version} reads ${places[authorizeMethod]}`;
}

function unknownAppId({ url, apps }: Site, id: string, prefix: string): string {
  const [first] = apps;
  const registered = apps.slice(0, 5).map(({ appId, name }) => `${appId} (${printable(name)})`);
  const more = apps.length > registered.length ? ' …' : '';
  return first === undefined
    ? `the app_id ${printable(id)} is not registered here, and no other is. Register an app on ${url}/developers/apps`
    : `the app_id ${printable(id)} is not registered here; registered: ${registered.join(', ')}${more}. ` +
        `Set ${prefix}_APP_ID=${first.appId}, and ${prefix}_APP_SECRET to its secret (${url}/developers/apps/${first.appId})`;
}

function wrongSecret({ url }: Site, id: string, prefix: string): string {
  const appId = integerOf(id);
  return (
    `app ${appId} sent a wrong app_secret, or none: ` +
    `set ${prefix}_APP_SECRET to the one on ${url}/developers/apps/${appId}`
  );
}

function wrongPlace({ authorizeMethod, version }: Site): string {
  const sent = authorizeMethod === 'POST' ? 'in the query' : 'in a form body';
  return `/api/authorize got its parameters ${sent}; version ${version} reads ${places[authorizeMethod]}`;
}

const places = { POST: 'a form body (POST, application/x-www-form-urlencoded)', GET: 'the query (GET)' };

/** Requests may contain what a terminal takes for commands. */
function printable(text: string): string {
  const cut = text.length > 64 ? `${text.slice(0, 64)}…` : text;
  return cut.replace(/\p{C}/gu, '?');
}
