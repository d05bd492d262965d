import { CookieJar } from 'tough-cookie';
import { textOf } from './dashboard-site.js';

export interface BrowserPage {
  status: number;
  location: string | null;
  contentType: string | null;
  html: string;
  text: string;
}

/** A browser without a screen: cookies and a language; it follows no redirect by itself. */
export class Browser {
  readonly jar = new CookieJar();
  readonly baseURL: string;
  private language = 'en';

  constructor(baseURL: string) {
    this.baseURL = baseURL;
  }

  speaking(language: string): this {
    this.language = language;
    return this;
  }

  get(path: string): Promise<BrowserPage> {
    return this.load(path, {});
  }

  submit(path: string, fields: Record<string, string>): Promise<BrowserPage> {
    return this.load(path, { method: 'POST', body: new URLSearchParams(fields) });
  }

  readonly fetch = async (path: string, init: RequestInit = {}): Promise<Response> => {
    const url = new URL(path, this.baseURL).href;
    const headers = { 'accept-language': this.language, cookie: await this.jar.getCookieString(url) };
    const response = await fetch(url, { ...init, headers, redirect: 'manual' });
    for (const cookie of response.headers.getSetCookie()) await this.jar.setCookie(cookie, url);
    return response;
  };

  private async load(path: string, init: RequestInit): Promise<BrowserPage> {
    const response = await this.fetch(path, init);
    const html = await response.text();
    const { status, headers } = response;
    return {
      status,
      location: headers.get('location'),
      contentType: headers.get('content-type'),
      html,
      text: textOf(html),
    };
  }
}
