import { Router, type Request } from 'express';
import type { LoginWith } from 'passport-loginwith/express';
import type { AppOptions } from './app.js';
import { accountPage, deletePage } from './pages/account.js';
import { personPage } from './pages/person.js';
import type { Page } from './pages/texts.js';
import { createFormGuard, createSecurityHeaders } from './security.js';
import type { User } from './users.js';

export interface AccountOptions extends Pick<AppOptions, 'url' | 'sites' | 'users' | 'logins'> {
  auth: LoginWith<User>;
  pageOf: (req: Request) => Page;
}

/** The pages of a user who is logged in, and what their forms do. */
export function createAccountRoutes({ url, sites, users, logins, auth, pageOf }: AccountOptions): Router {
  const router = Router();
  const providers = sites.map(({ provider }) => provider.name);
  const userOf = (req: Request): User => {
    const user = auth.user(req);
    if (user === undefined) throw new Error('requireLogin() has to come first');
    return user;
  };
  router.use(['/me', '/account'], auth.requireLogin(), createFormGuard(url));

  router.get('/me', (req, res) => {
    const user = userOf(req);
    const pictures = user.identities.flatMap(({ profile }) => [profile.photos[0]?.value, profile.cover]);
    createSecurityHeaders(pictures)(req, res, () => res.send(personPage(pageOf(req), user, providers)));
  });
  router.get('/account', async (req, res) => {
    const user = userOf(req);
    const places = await logins.list(user, req.loginId);
    res.send(accountPage(pageOf(req), user, providers, places));
  });
  router.get('/account/delete', (req, res) => {
    res.send(deletePage(pageOf(req)));
  });
  for (const name of providers) {
    // With the access token of the login; without one, the browser goes to the provider first, and comes back with it.
    router.get(`/account/refresh/${name}`, auth.requireAccessToken(name), async (req, res) => {
      const profile = await req.loginWith?.getUserInfo();
      if (profile !== undefined) await users.refresh(profile);
      res.redirect(303, '/me?done=refreshed');
    });
  }
  router.post('/account/unlink/:provider', async (req, res) => {
    const isUnlinked = await users.unlink(userOf(req), req.params.provider);
    res.redirect(303, isUnlinked ? '/account?done=unlinked' : '/account');
  });
  router.post('/account/logins/end', async (req, res) => {
    if (req.loginId !== undefined) await logins.endOthers(userOf(req), req.loginId);
    res.redirect(303, '/account?done=ended');
  });
  router.post('/account/delete', async (req, res) => {
    await users.remove(userOf(req));
    // The same form once more, to the logout, which also makes old pages of a login useless.
    res.redirect(307, '/auth/logout?deleted');
  });
  return router;
}
