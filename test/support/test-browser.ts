import { CookieJar } from 'tough-cookie';
import { request } from 'undici';

/** What a browser got. */
export interface Answer {
  status: number;
  headers: Headers;
  text: string;
  /** Path and query, or the whole URL when it leads away. */
  location: string | undefined;
  json: Record<string, unknown>;
}

export interface Visit {
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

/** A browser's cookies and headers, without redirects that it would follow by itself. */
export class Browser {
  readonly jar = new CookieJar();
  readonly url: string;
  /** Sent with every request; `undefined` leaves one out. */
  headers: Record<string, string | undefined> = {};

  constructor(url: string) {
    this.url = url;
  }

  async visit(path: string, { method = 'GET', headers = {}, body }: Visit = {}): Promise<Answer> {
    const url = new URL(path, this.url).href;
    const cookie = await this.jar.getCookieString(url);
    const given = { ...navigation, ...(cookie === '' ? {} : { cookie }), ...this.headers, ...headers };
    const sent = Object.fromEntries(
      Object.entries(given).filter(([, value]: [string, unknown]) => value !== undefined),
    );
    const response = await request(url, { method: method as 'GET', headers: sent as never, body: body ?? null });
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

  /** Sends a form of a page of the site itself. */
  submit(path: string, fields: Record<string, string> = {}, headers: Visit['headers'] = {}): Promise<Answer> {
    return this.visit(path, {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded', 'sec-fetch-site': 'same-origin', ...headers },
      body: new URLSearchParams(fields).toString(),
    });
  }

  /** For `provider.signIn`. */
  readonly fetch = (url: string): Promise<Answer> => this.visit(url);
}
