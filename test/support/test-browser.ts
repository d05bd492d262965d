import { CookieJar } from 'tough-cookie';
import { Agent, request } from 'undici';

/** What a browser received. */
export interface TestResponse {
  status: number;
  headers: Headers;
  text: string;
  /** Path and query, or the whole URL when it leads away. */
  location: string | undefined;
  json: Record<string, unknown>;
}

export interface TestRequest {
  method?: string;
  headers?: Record<string, string | undefined>;
  body?: string;
}

/** What a browser says of itself when somebody types an address. */
const navigation = {
  accept: 'text/html,application/xhtml+xml,*/*;q=0.8',
  'sec-fetch-mode': 'navigate',
  'sec-fetch-dest': 'document',
  'sec-fetch-site': 'none',
};

/** Headers of `fetch()` in a page of the same origin. */
export const byFetch = {
  accept: '*/*',
  'sec-fetch-mode': 'cors',
  'sec-fetch-dest': 'empty',
  'sec-fetch-site': 'same-origin',
};

/** Without the headers that only a browser sends. */
export const byClient = { 'sec-fetch-mode': undefined, 'sec-fetch-dest': undefined, 'sec-fetch-site': undefined };

/** Agents by the address that they connect from. */
const agents = new Map<string, Agent>();

/** A browser's cookies and headers; it follows no redirect by itself. */
export class Browser {
  readonly jar = new CookieJar();
  readonly url: string;
  /** Sent with every request; `undefined` leaves one out. */
  headers: Record<string, string | undefined> = {};
  /** The address on this machine that it connects from, such as 127.0.0.2. */
  address: string | undefined;

  constructor(url: string) {
    this.url = url;
  }

  async send(path: string, { method = 'GET', headers = {}, body }: TestRequest = {}): Promise<TestResponse> {
    const url = new URL(path, this.url).href;
    const cookie = await this.jar.getCookieString(url);
    const given: Record<string, string | undefined> = {
      ...navigation,
      ...(cookie === '' ? {} : { cookie }),
      ...this.headers,
      ...headers,
    };
    const response = await request(url, {
      method: method as 'GET',
      headers: Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)),
      body: body ?? null,
      ...(this.address === undefined ? {} : { dispatcher: agentAt(this.address) }),
    });
    const received = new Headers();
    for (const [name, value] of Object.entries(response.headers))
      for (const each of [value ?? []].flat()) received.append(name, each);
    for (const each of received.getSetCookie()) await this.jar.setCookie(each, url);
    const text = await response.body.text();
    return {
      status: response.statusCode,
      headers: received,
      text,
      location: received.get('location') ?? undefined,
      get json() {
        return JSON.parse(text) as Record<string, unknown>;
      },
    };
  }

  get(path: string, headers?: TestRequest['headers']): Promise<TestResponse> {
    return this.send(path, { headers: headers ?? {} });
  }

  /** Gets a page; of a failed callback the one to which it redirects, at its own address without the key. */
  async visit(path: string, headers?: TestRequest['headers']): Promise<TestResponse> {
    const request = { headers: headers ?? {} };
    const response = await this.send(path, request);
    const page = new URL(path, this.url);
    const target = new URL(response.location ?? '', page);
    return response.status === 303 && target.href === page.origin + page.pathname
      ? this.send(target.pathname, request)
      : response;
  }

  /** Sends a form of a page of the site itself. */
  postForm(
    path: string,
    fields: Record<string, string> = {},
    headers: TestRequest['headers'] = {},
  ): Promise<TestResponse> {
    return this.send(path, {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded', 'sec-fetch-site': 'same-origin', ...headers },
      body: new URLSearchParams(fields).toString(),
    });
  }

  /** For `provider.signIn`. */
  readonly fetch = (url: string): Promise<TestResponse> => this.send(url);
}

function agentAt(localAddress: string): Agent {
  const agent = agents.get(localAddress) ?? new Agent({ localAddress });
  agents.set(localAddress, agent);
  return agent;
}
