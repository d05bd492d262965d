import { request as httpRequest, type IncomingMessage } from 'node:http';
import { CONSENT_PATH } from '../api/oauth.js';
import type { User } from '../store/users.js';

/** A supertest agent of the app (`request.agent(app)`), as far as it is used here. */
export interface TestAgent<R> {
  get(path: string): { redirects(count: number): PromiseLike<R> };
}

/** A `fetch` of the browser that the app sees, with the browser's cookies. */
export type FetchAgent<R> = (url: string, init: { redirect: 'manual' }) => Promise<R>;

/** What an agent answers: a supertest response, or one of `fetch`. */
export interface AgentResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, unknown>> | FetchHeaders;
}

interface FetchHeaders {
  get(name: string): string | null;
}

export interface SignInOptions {
  /**
   * Where the app starts its login. Default: `/auth/NAME`; for a `fetch`, that path on the host of the first app's
   * redirect URL, so name a whole URL when the app listens elsewhere.
   */
  start?: string;
}

export interface SignInSite {
  user: User;
  start: string;
  /** Base URL of the app, for a `fetch` and a start without a host. */
  appURL: string;
  /** Where the provider really listens; undefined when it is mounted somewhere, and found by the app's redirect. */
  listeningURL: string | undefined;
  isOAuthURL: (url: URL) => boolean;
}

/** An app that sends the browser to the provider once more may do so this often. */
const MOST_ROUNDS = 5;

/**
 * Drives one login as a browser would: the app's start, the provider's sign-in and consent, and back to the app's
 * callback. Resolves to the app's answer to the callback.
 */
export async function signIn<R extends AgentResponse>(
  agent: TestAgent<R> | FetchAgent<R>,
  site: SignInSite,
): Promise<R> {
  const visit = visitor(agent, new URL(site.start, site.appURL));
  const browser = new ProviderBrowser(site.listeningURL);
  let response = await visit(site.start);
  let asked = providerURL(response, site);
  if (asked === undefined) {
    throw new Error(
      `signIn: ${site.start} answered ${describe(response)} and not a redirect to the provider; ` +
        'name the path that starts the login with { start } and check the base URL that the app is configured with',
    );
  }
  for (let round = 0; asked !== undefined && round < MOST_ROUNDS; round += 1) {
    const callback = await acceptAt(browser, asked, site.user);
    response = await visit(callback);
    asked = providerURL(response, site);
  }
  return response;
}

/** Visits paths of the app: only path and query count, so that the registered host need not be the agent's. */
function visitor<R extends AgentResponse>(agent: TestAgent<R> | FetchAgent<R>, base: URL): (url: string) => Promise<R> {
  return async (url) => {
    const { pathname, search } = new URL(url, base);
    return typeof agent === 'function'
      ? agent(`${base.origin}${pathname}${search}`, { redirect: 'manual' })
      : agent.get(pathname + search).redirects(0);
  };
}

/** Signs the person in at the provider and accepts the app; returns where the provider sends the browser. */
async function acceptAt(browser: ProviderBrowser, start: URL, user: User): Promise<string> {
  const returnTo = start.pathname + start.search;
  await browser.post(new URL('/signin', start), { user_id: user.id, return_to: returnTo });
  const page = await browser.get(start);
  if (isRedirect(page)) return locationOf(page);
  const fields = hiddenFields(page.body);
  if (page.status !== 200 || fields.app_id === undefined) {
    throw new Error(`signIn: the provider answered ${returnTo} with ${describe(page)} and no consent page`);
  }
  const accepted = await browser.post(new URL(CONSENT_PATH, start), fields);
  if (!isRedirect(accepted)) throw new Error(`signIn: the provider answered the consent with ${describe(accepted)}`);
  return locationOf(accepted);
}

interface PageResponse extends AgentResponse {
  readonly headers: Readonly<Record<string, unknown>>;
  readonly body: string;
}

/** A browser of its own for the provider, with its own cookies: the agent belongs to the app. */
class ProviderBrowser {
  private readonly listeningURL: string | undefined;
  private readonly cookies = new Map<string, string>();

  constructor(listeningURL: string | undefined) {
    this.listeningURL = listeningURL;
  }

  get(url: URL): Promise<PageResponse> {
    return this.send('GET', url, '');
  }

  post(url: URL, fields: Record<string, string>): Promise<PageResponse> {
    return this.send('POST', url, new URLSearchParams(fields).toString());
  }

  private async send(method: string, url: URL, body: string): Promise<PageResponse> {
    // The site's URL may be a name that leads nowhere from here: connect to where it listens, and ask for that name.
    const target = this.listeningURL === undefined ? url : new URL(url.pathname + url.search, this.listeningURL);
    const headers = {
      host: url.host,
      ...(url.protocol === 'https:' ? { 'x-forwarded-proto': 'https' } : {}),
      ...(method === 'POST' ? { 'content-type': 'application/x-www-form-urlencoded' } : {}),
      'content-length': Buffer.byteLength(body),
      cookie: [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; '),
    };
    const response = await new Promise<IncomingMessage>((resolve, reject) => {
      httpRequest(target, { method, headers, agent: false }, resolve).on('error', reject).end(body);
    });
    for (const cookie of response.headers['set-cookie'] ?? []) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(cookie) ?? [];
      this.cookies.set(name, value);
    }
    const chunks: Buffer[] = [];
    // An IncomingMessage without an encoding yields buffers.
    for await (const chunk of response) chunks.push(chunk as Buffer);
    return {
      status: response.statusCode ?? 0,
      headers: response.headers,
      body: Buffer.concat(chunks).toString('utf8'),
    };
  }
}

function providerURL(response: AgentResponse, { isOAuthURL }: SignInSite): URL | undefined {
  if (!isRedirect(response)) return undefined;
  const location = locationOf(response);
  return URL.canParse(location) && isOAuthURL(new URL(location)) ? new URL(location) : undefined;
}

function isRedirect({ status }: AgentResponse): boolean {
  return status >= 300 && status < 400;
}

function locationOf({ headers }: AgentResponse): string {
  const location = isFetchHeaders(headers) ? headers.get('location') : headers.location;
  return typeof location === 'string' ? location : '';
}

function isFetchHeaders(headers: AgentResponse['headers']): headers is FetchHeaders {
  return typeof headers.get === 'function';
}

function hiddenFields(page: string): Record<string, string> {
  const inputs = page.matchAll(/<input type="hidden" name="([^"]*)" value="([^"]*)"/g);
  return Object.fromEntries([...inputs].map(([, name = '', value = '']) => [name, value]));
}

/** Never with a query: a callback's URL has the key in it. */
function describe(response: AgentResponse): string {
  const to = isRedirect(response) ? ` to ${locationOf(response).replace(/\?.*/s, '')}` : '';
  return `${response.status}${to}`;
}
