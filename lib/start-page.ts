import type { ServerResponse } from 'node:http';
import { toRelativePath } from './internal/urls.js';
import { originalURL, viewRequest, type FrameworkRequest } from './node-request.js';
import { respond } from './node-response.js';
import { createPageResponse } from './pages/page-response.js';
import { defaultPageSettings } from './pages/page-settings.js';

/**
 * Sends a page with one link to the same address. The protocol has no `state`, so an attacker whose page starts a login
 * unasked could log the user in as the attacker.
 */
export function sendStartPage(req: FrameworkRequest, res: ServerResponse, displayName: string): void {
  const { raw, framework } = viewRequest(req);
  // Without the path, which a proxy may have changed.
  const url = originalURL(framework);
  const href = /\?.*/s.exec(url)?.[0] ?? '';
  const settings = defaultPageSettings();
  const { headers, text } = createPageResponse(settings, raw, {
    render: (page) => settings.templates.start({ ...page, displayName, href }),
    toPublicPath: (path) => toRelativePath(path, url),
  });
  respond(req, res, 200, headers, text);
}
