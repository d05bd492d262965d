import { createServer } from 'node:http';
import {
  createProvider,
  startProvider,
  type Fault,
  type LocalProvider,
  type LoggedRequest,
  type ProviderHandler,
  type RegisteredApp,
  type SiteConditions,
  type User,
} from 'passport-loginwith/provider';

// For the compiler alone: the tests of an app.

/** A user's login, and what can go wrong. */
export async function logIn(): Promise<LoggedRequest[]> {
  const provider: LocalProvider = await startProvider({ version: '4.2', users: [{ username: 'renee' }] });
  const app: RegisteredApp = provider.createApp({ redirectURL: 'http://localhost:3000/auth/pimbuzz/callback' });
  const user: User = provider.updateUser('renee', { activated: false });
  const outage: Partial<SiteConditions> = { maintenance: true };
  const fault: Fault<'authorize'> = { status: 503, delay: 10 };
  provider.once('authorize', fault).once('get_user_info', 'expired_token').configure(outage).advance(61_000);
  provider.approve(user.username, app.appId);
  // @ts-expect-error -- a fault of authorize
  provider.once('get_user_info', 'wrong_secret');
  // @ts-expect-error -- not a version
  await startProvider({ version: '3' });
  const response: Response = await provider.signIn(fetch, user.username, { start: '/auth/pimbuzz' });
  console.log(response.status, provider.url.length);
  await provider.close();
  return [...provider.requests];
}

const handler: ProviderHandler = createProvider({ name: 'Look Loox' });
createServer(handler).listen(0);
