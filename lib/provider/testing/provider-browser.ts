import { request, type IncomingHttpHeaders, type IncomingMessage } from 'node:http';
import { parseSetCookie } from 'cookie';

/** A browser for the provider, with its own cookies: the agent's cookies belong to the app. */
export interface ProviderBrowser {
  get(url: URL): Promise<PageResponse>;
  post(url: URL, fields: Record<string, string>): Promise<PageResponse>;
}

interface PageResponse {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** @param listeningURL where to connect, when the provider's own URL may be a name that leads nowhere from here */
export function createProviderBrowser(listeningURL: string | undefined): ProviderBrowser {
  const cookies = new Map<string, string>();

  const send = async (method: string, url: URL, body: string): Promise<PageResponse> => {
    const target = listeningURL === undefined ? url : new URL(url.pathname + url.search, listeningURL);
    const headers = {
      host: url.host,
      ...(url.protocol === 'https:' ? { 'x-forwarded-proto': 'https' } : {}),
      ...(method === 'POST' ? { 'content-type': 'application/x-www-form-urlencoded' } : {}),
      'content-length': Buffer.byteLength(body),
      cookie: [...cookies].map(([name, value]) => `${name}=${value}`).join('; '),
    };
    const response = await new Promise<IncomingMessage>((resolve, reject) => {
      request(target, { method, headers, agent: false }, resolve).on('error', reject).end(body);
    });
    for (const cookie of response.headers['set-cookie'] ?? []) {
      const { name, value } = parseSetCookie(cookie);
      cookies.set(name, value ?? '');
    }
    return { status: response.statusCode ?? 0, headers: response.headers, body: await readText(response) };
  };

  return {
    get: (url) => send('GET', url, ''),
    post: (url, fields) => send('POST', url, new URLSearchParams(fields).toString()),
  };
}

async function readText(body: IncomingMessage): Promise<string> {
  let text = '';
  for await (const chunk of body.setEncoding('utf8')) text += String(chunk);
  return text;
}
