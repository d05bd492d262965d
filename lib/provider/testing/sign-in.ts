import { parseURL } from '../../internal/urls.js';
import { consentPath } from '../api/oauth.js';
import type { User } from '../store/users.js';
import { createProviderBrowser, type ProviderBrowser } from './provider-browser.js';

/** A supertest agent of the app (`request.agent(app)`), as far as it is used here. */
export interface TestAgent<R> {
  /** Starts a request to a path of the app. */
  get(path: string): {
    /** Sets how many redirects are followed. */
    redirects(count: number): PromiseLike<R>;
  };
}

/** A `fetch` that keeps the cookies of the browser in which the user logs in. */
export type FetchAgent<R> = (url: string, init: { redirect: 'manual' }) => Promise<R>;

/** The response that an agent resolves to: one of supertest or of `fetch`. */
export interface AgentResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, unknown>> | Pick<Headers, 'get'>;
}

/** Options of {@link ProviderControls.signIn}. */
export interface SignInOptions {
  /**
   * Where the app starts its login. Default: `/auth/NAME`; for a `fetch`, that path on the host of the first app's
   * redirect URL, so name a whole URL when the app listens elsewhere.
   */
  start?: string;
}

interface SignInPlan {
  user: User;
  start: string;
  /** Base URL of the app, for a `fetch` and a start without a host. */
  appURL: string;
  /** Where the provider listens; undefined when it is mounted in an app, and found by the app's redirect. */
  listeningURL: string | undefined;
  isStartURL: (url: URL) => boolean;
}

/**
 * Logs in as a browser does: the app's start, the provider's sign-in and consent, and back to the app's callback.
 * Resolves to the app's response to the callback, or to the page at its address that shows why the login has failed.
 */
export async function signIn<R extends AgentResponse>(
  agent: TestAgent<R> | FetchAgent<R>,
  plan: SignInPlan,
): Promise<R> {
  const getFromApp = appClient(agent, new URL(plan.start, plan.appURL));
  const browser = createProviderBrowser(plan.listeningURL);
  let response = await getFromApp(plan.start);
  let startURL = findStartURL(response, plan);
  if (startURL === undefined) {
    throw new Error(
      `signIn: ${plan.start} sent ${responseText(response)} and not a redirect to the provider; ` +
        'name the path that starts the login with { start } and check the base URL that the app is configured with',
    );
  }
  for (let round = 0; startURL !== undefined && round < mostRounds; round += 1) {
    const callback = await acceptApp(browser, startURL, plan.user);
    response = await getFromApp(callback);
    // A failure is shown at the callback's own address, without the key.
    if (leadsToPathOf(callback, response)) response = await getFromApp(new URL(callback).pathname);
    startURL = findStartURL(response, plan);
  }
  return response;
}

/** An app that redirects to the provider once more may do so this often. */
const mostRounds = 5;

/** Gets paths of the app: only path and query count, so that the registered host need not be the agent's. */
function appClient<R extends AgentResponse>(
  agent: TestAgent<R> | FetchAgent<R>,
  base: URL,
): (url: string) => Promise<R> {
  return async (url) => {
    const { pathname, search } = new URL(url, base);
    return typeof agent === 'function'
      ? agent(`${base.origin}${pathname}${search}`, { redirect: 'manual' })
      : agent.get(pathname + search).redirects(0);
  };
}

/** Signs the user in at the provider and accepts the app. Returns the URL to which the provider redirects. */
async function acceptApp(browser: ProviderBrowser, start: URL, user: User): Promise<string> {
  const returnTo = start.pathname + start.search;
  await browser.post(new URL('/signin', start), { user_id: user.id, return_to: returnTo });
  const page = await browser.get(start);
  if (isRedirect(page)) return locationOf(page);
  const fields = hiddenFields(page.body);
  if (page.status !== 200 || fields.app_id === undefined) {
    throw new Error(`signIn: the provider sent ${responseText(page)} and no consent page for ${returnTo}`);
  }
  const accepted = await browser.post(new URL(consentPath, start), fields);
  if (!isRedirect(accepted)) {
    throw new Error(`signIn: the provider sent ${responseText(accepted)} and no redirect after the consent`);
  }
  return locationOf(accepted);
}

/** The start of a login at the provider, if the response redirects to one. */
function findStartURL(response: AgentResponse, { isStartURL }: SignInPlan): URL | undefined {
  if (!isRedirect(response)) return undefined;
  const location = parseURL(locationOf(response));
  return location !== undefined && isStartURL(location) ? location : undefined;
}

function leadsToPathOf(callback: string, response: AgentResponse): boolean {
  const location = isRedirect(response) ? locationOf(response) : '';
  return location !== '' && new URL(location, callback).pathname === new URL(callback).pathname;
}

function isRedirect({ status }: AgentResponse): boolean {
  return status >= 300 && status < 400;
}

function locationOf({ headers }: AgentResponse): string {
  const location = isFetchHeaders(headers) ? headers.get('location') : headers.location;
  return typeof location === 'string' ? location : '';
}

function isFetchHeaders(headers: AgentResponse['headers']): headers is Pick<Headers, 'get'> {
  return typeof headers.get === 'function';
}

function hiddenFields(page: string): Record<string, string> {
  const inputs = page.matchAll(/<input type="hidden" name="([^"]*)" value="([^"]*)"/g);
  return Object.fromEntries([...inputs].map(([, name = '', value = '']) => [name, value]));
}

/** Never with a query: a callback's URL has the key in it. */
function responseText(response: AgentResponse): string {
  const target = isRedirect(response) ? ` to ${locationOf(response).replace(/\?.*/s, '')}` : '';
  return `${response.status}${target}`;
}
