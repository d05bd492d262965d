import type { IncomingMessage } from 'node:http';
import Negotiator from 'negotiator';
import type { PageContext, PageLanguage } from '../pages/index.js';
import type { CallReader } from '../server/call-reader.js';
import { readTarget } from '../server/request-target.js';

/**
 * What the console's pages show of the site, in the developer's language: the site's own may be one of the things that
 * are tried.
 */
export function developerContext(calls: CallReader, req: IncomingMessage): PageContext {
  const target = readTarget(req);
  const asked = target.query.get('lang');
  const language = typeof asked === 'string' ? asked.slice(0, 2) : new Negotiator(req).language([...known]);
  return { ...calls.pageContext(req, target), language: known.find((each) => each === language) ?? 'en' };
}

const known: readonly PageLanguage[] = ['en', 'fr'];
