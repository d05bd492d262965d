import type { ServerResponse } from 'node:http';
import type Router from 'router';
import type { FaultQueues } from '../faults/fault-queues.js';
import type { CurrentConditions } from '../faults/site-conditions.js';
import type { ProviderSettings } from '../options.js';
import { contentSecurityPolicy } from '../pages/index.js';
import type { CallReader } from '../server/call-reader.js';
import { sendPage } from '../server/page-responses.js';
import type { RequestLog } from '../server/request-log.js';
import { readTarget } from '../server/request-target.js';
import type { SiteAddress } from '../server/urls.js';
import type { AppReference } from '../store/apps.js';
import type { Store } from '../store/store.js';
import { developerContext } from './language.js';
import { consoleSection, type ConsoleContext } from './section.js';

export interface ConsoleDeps {
  settings: ProviderSettings;
  store: Store;
  conditions: CurrentConditions;
  faults: FaultQueues;
  requestLog: RequestLog;
  address: SiteAddress;
  calls: CallReader;
  /** What an app's sessions are signed with. */
  sessionSecretOf: (app: AppReference) => string;
}

/** What a route needs to show a page of the console. */
export interface ConsolePages {
  contextOf(req: Router.Request): ConsoleContext;
  /** For pages that are the dashboard's too, whose policy allows no script to connect: the same without the script. */
  plainContextOf(req: Router.Request): ConsoleContext;
  send(res: ServerResponse, page: string, status?: number): void;
}

export function createConsolePages({
  settings,
  store,
  conditions,
  faults,
  requestLog,
  calls,
}: ConsoleDeps): ConsolePages {
  const read = (req: Router.Request): ConsoleContext => {
    const now = store.now();
    return {
      ...developerContext(calls, req),
      state: {
        conditions: conditions.read(),
        normal: conditions.normal,
        unusual: conditions.listUnusual(),
        faults: faults.list(),
        now,
        ahead: now - settings.now(),
      },
      here: hereOf(req),
    };
  };
  return {
    plainContextOf(req) {
      const context = read(req);
      return { ...context, section: consoleSection(context, null) };
    },
    contextOf(req) {
      const context = read(req);
      const query = new URLSearchParams({ after: String(lastNumber(requestLog)), ...languageOf(req) });
      return { ...context, section: consoleSection(context, `${eventsPath}?${query.toString()}`) };
    },
    send(res, page, status) {
      sendPage(res, page, status, { 'content-security-policy': policy });
    },
  };
}

export const eventsPath = '/console/events';

/** The script reads the events, and the page anew. */
const policy = `${contentSecurityPolicy}; connect-src 'self'`;

export function lastNumber(requestLog: RequestLog): number {
  return requestLog.list().at(-1)?.number ?? 0;
}

/** The page's own address, without what was just done there. */
function hereOf(req: Router.Request): string {
  const [path = '', query = ''] = req.originalUrl.split('?');
  const kept = new URLSearchParams(query);
  kept.delete('done');
  return kept.size === 0 ? path : `${path}?${kept.toString()}`;
}

function languageOf(req: Router.Request): { lang?: string } {
  const lang = readTarget(req).query.get('lang');
  return typeof lang === 'string' ? { lang } : {};
}
