import { sanitizeReturnTo, classifyRequest, findReturnTo } from '../login/request.js';
import { finishLogin } from './routes/callback.js';
import { pathTo, type Context, type ProviderLogin, type Visit } from './context.js';
import { confirmLink } from './routes/link.js';
import { logOut } from './routes/logout.js';
import { sendPage } from './responses.js';
import { withReturnTo } from './unauthorized.js';
import { startLogin } from './routes/login.js';

/** A route of ours, and the provider in its path. */
type Route = { route: 'choose' } | { route: 'logout' } | { route: ProviderRoute; provider: ProviderLogin };

type ProviderRoute = 'login' | 'callback' | 'renew' | 'link';

const providerRoutes: readonly ProviderRoute[] = ['callback', 'renew', 'link', 'login'];

/** Answers a request to one of our routes. Returns whether it was one. */
export async function answerRoute(context: Context, visit: Visit): Promise<boolean> {
  const found = findRoute(context, visit);
  if (found === undefined) return false;
  if (found.route === 'logout') await logOut(context, visit);
  else if (found.route === 'choose') showChoice(context, visit);
  else await answerLogin(context, visit, found.route, found.provider);
  return true;
}

async function answerLogin(
  context: Context,
  visit: Visit,
  route: ProviderRoute,
  provider: ProviderLogin,
): Promise<void> {
  const { method = 'GET', url = '', headers } = visit.req;
  const kind = classifyRequest({ method, url, headers }, undefined);
  if (method === 'POST') await confirmLink(context, visit, provider);
  else if (kind.type === 'prefetch') visit.res.writeHead(204, { 'Cache-Control': 'no-store' }).end();
  else if (route === 'callback' || (route === 'login' && kind.type !== 'start'))
    await finishLogin(context, visit, provider);
  else await startLogin(context, visit, provider, route);
}

function showChoice(context: Context, { req, res }: Visit): void {
  const asked = findReturnTo(req.url ?? '');
  const providers = [...context.providers.values()].map(({ settings: { name, provider } }) => ({
    displayName: provider.displayName,
    href: withReturnTo(pathTo(context, req, 'login', name), asked === undefined ? undefined : sanitizeReturnTo(asked)),
  }));
  sendPage(req, res, 200, (basics) => context.settings.templates.choose({ ...basics, providers }));
}

function findRoute({ settings, providers }: Context, { req }: Visit): Route | undefined {
  const path = (req.url ?? '').replace(/[?#].*$/s, '').replace(/\/+$/, '');
  if (!path.startsWith(`${settings.basePath}/`)) return undefined;
  const rest = path.slice(settings.basePath.length);
  const isRead = req.method === 'GET' || req.method === 'HEAD';
  if (rest === settings.paths.logout && req.method === 'POST') return { route: 'logout' };
  if (rest === settings.paths.choose && isRead) return { route: 'choose' };
  for (const route of providerRoutes) {
    for (const provider of providers.values()) {
      if (rest !== settings.paths[route].replace(':name', provider.settings.name)) continue;
      const isThere = route !== 'link' || settings.onLink !== undefined;
      const isAllowed = isRead || (route === 'link' && req.method === 'POST');
      if (isThere && isAllowed) return { route, provider };
    }
  }
  return undefined;
}
