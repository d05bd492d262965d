import type { IncomingMessage, ServerResponse } from 'node:http';
import { messagePage } from '../pages/index.js';
import type { CallReader } from '../server/call-reader.js';
import { isSameOrigin, type Middleware } from '../server/cross-site.js';
import { sendPage } from '../server/page-responses.js';
import { isFromThisMachine } from '../server/urls.js';
import { developerContext } from './language.js';
import { consoleTexts } from './texts.js';

interface ConsoleGuards {
  /** The console answers on this machine only, and no page of another site can send its forms. */
  console: Middleware;
  /** For what only pages of the console read, so that other sites' pages take up nothing. */
  sameOrigin: Middleware;
}

export function createConsoleGuards(calls: CallReader): ConsoleGuards {
  const refuse = (req: IncomingMessage, res: ServerResponse, reason: 'elsewhere' | 'crossSite'): void => {
    // Whoever asks is not told who is signed in.
    const page = { ...developerContext(calls, req), user: null, hasConsole: false };
    sendPage(res, messagePage(page, consoleTexts(page.language).refused[reason]), 403);
  };
  const sameOrigin: Middleware = (req, res, next) => {
    if (isSameOrigin(req)) next();
    else refuse(req, res, 'crossSite');
  };
  return {
    sameOrigin,
    console(req, res, next) {
      if (!isFromThisMachine(req)) refuse(req, res, 'elsewhere');
      else if (req.method === 'GET' || req.method === 'HEAD') next();
      else sameOrigin(req, res, next);
    },
  };
}
