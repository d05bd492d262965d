import { request, type Agent, type IncomingMessage } from 'node:http';
import { CookieJar } from 'tough-cookie';

/** What a visitor got, and from which of the processes behind the proxy. */
export interface Answer {
  status: number;
  headers: Headers;
  location: string | undefined;
  html: string;
  servedBy: number;
  /** Milliseconds until it was complete. */
  took: number;
}

let visitors = 0;

/** A browser that takes the proxy on this machine for an https site. It follows no redirect by itself. */
export class Visitor {
  private readonly site: string;
  private readonly agent: Agent;
  private readonly port: number;
  private jar = new CookieJar();
  /** Told to the proxy, for they all connect from this machine. */
  private readonly address = `198.51.${(visitors >> 8) & 255}.${visitors++ & 255}`;

  constructor(site: string, port: number, agent: Agent) {
    this.site = site;
    this.port = port;
    this.agent = agent;
  }

  async visit(path: string, method = 'GET', more: Record<string, string> = {}): Promise<Answer> {
    const url = new URL(path, this.site);
    const headers = {
      host: url.host,
      accept: 'text/html',
      'sec-fetch-site': method === 'GET' ? 'none' : 'same-origin',
      'sec-fetch-mode': 'navigate',
      'sec-fetch-dest': 'document',
      'x-forwarded-for': this.address,
      cookie: await this.jar.getCookieString(url.href),
      ...more,
    };
    const startedAt = performance.now();
    const response = await new Promise<IncomingMessage>((resolve, reject) => {
      const { agent, port } = this;
      request({ host: '127.0.0.1', port, agent, method, path: url.pathname + url.search, headers }, resolve)
        .on('error', reject)
        .end();
    });
    const received = new Headers();
    for (const [name, values] of Object.entries(response.headersDistinct))
      for (const value of values ?? []) received.append(name, value);
    let html = '';
    for await (const text of response.setEncoding('utf8')) html += String(text);
    const took = performance.now() - startedAt;
    for (const cookie of received.getSetCookie()) await this.jar.setCookie(cookie, url.href);
    return {
      status: response.statusCode ?? 0,
      headers: received,
      location: received.get('location') ?? undefined,
      html,
      servedBy: Number(received.get('x-served-by') ?? NaN),
      took,
    };
  }

  /** Another browser with the cookies that this one has now. */
  async copy(): Promise<Visitor> {
    const other = new Visitor(this.site, this.port, this.agent);
    other.jar = await this.jar.clone();
    return other;
  }

  /** For `provider.signIn`. */
  readonly fetch = (url: string): Promise<Answer> => this.visit(url);
}

/** Whose page of the example app this is. */
export function personOn(html: string): { id: string; name: string } | undefined {
  const id = /<pre>[^<]*&quot;id&quot;: &quot;(\d+)&quot;/.exec(html)?.[1];
  const name = /<h1><bdi>([^<]*)<\/bdi>/.exec(html)?.[1];
  return id === undefined || name === undefined ? undefined : { id, name };
}
