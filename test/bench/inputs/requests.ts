import { Agent, request } from 'node:http';
import { once } from 'node:events';
import { closeSites, openSite, serve } from '../../support/express-site';
import { closeAll, createApp, createStrategy, openServer, respondWell } from '../../support/strategy-app';
import { cpuTimeUntil } from '../../support/cpu-time';
import { plainShapes, shapes } from './shapes';

/** A kind of request, with a place for a hostile text. */
interface Place {
  name: string;
  send: (text: string) => Promise<number>;
}

export interface SlowestRequest {
  place: string;
  shape: string;
  /** CPU milliseconds of one request: the app's, and those of the client in the same process. */
  time: number;
  /** Of a request with a text of letters alone. */
  usualTime: number;
}

interface Text {
  name: string;
  text: string;
}

/** In characters. Node refuses a request with more than 16 KiB of target and headers. */
const textLength = 15 * 1024;
const headers = [
  ...['cookie', 'accept', 'accept-language', 'referer', 'origin', 'host', 'x-forwarded-for', 'x-forwarded-host'],
  ...['sec-purpose', 'sec-fetch-site', 'sec-fetch-mode', 'content-type'],
];
const page = { accept: 'text/html', 'sec-fetch-site': 'none', 'sec-fetch-mode': 'navigate' };
const form = { ...page, 'sec-fetch-site': 'same-origin', 'content-type': 'application/x-www-form-urlencoded' };
const agent = new Agent({ keepAlive: true });

/**
 * Sends each shape to each place of an app with `loginWith()` and of one with the strategy, and measures the slowest
 * shape of each place again.
 *
 * @throws Error if an app answers with 500 or more.
 */
export async function measureRequests(isShort: boolean): Promise<SlowestRequest[]> {
  const texts = (isShort ? plainShapes : shapes).map(({ name, make }) => ({ name, text: make(textLength) }));
  const results: SlowestRequest[] = [];
  try {
    for (const place of [...(await openLoginWith()), ...(await openStrategy())])
      results.push(await measurePlace(place, texts, isShort ? 8 : 20));
  } finally {
    await Promise.all([closeSites(), closeAll()]);
    agent.destroy();
  }
  return results.sort((a, b) => b.time - a.time);
}

async function measurePlace({ name: place, send }: Place, texts: Text[], samples: number): Promise<SlowestRequest> {
  const timeOf = async (text: string) => {
    let shortest = Infinity;
    for (let sample = 0; sample < samples; sample += 1)
      shortest = Math.min(shortest, await cpuTimeUntil(() => send(text)));
    return shortest;
  };
  const usualTime = await timeOf('a'.repeat(textLength));
  const sweep: { text: Text; time: number }[] = [];
  for (const text of texts) sweep.push({ text, time: await cpuTimeUntil(() => send(text.text)) });
  let slowest = { place, shape: '', time: 0, usualTime };
  for (const { text } of sweep.sort((a, b) => b.time - a.time).slice(0, 3)) {
    const time = await timeOf(text.text);
    if (time > slowest.time) slowest = { place, shape: text.name, time, usualTime };
  }
  return slowest;
}

/** Routes of `loginWith()`, a page that a guard guards, and a page that has nothing to do with it. */
async function openLoginWith(): Promise<Place[]> {
  const { url } = await openSite({
    before: (app) => void app.set('trust proxy', true),
    options: (providers) => ({ providers, session: false, onLogin: (_req, res) => void res.end() }),
  });
  const paths = ['/', '/me', '/auth/pimbuzz', '/auth/pimbuzz/callback'];
  return [
    ...placesOf('loginWith()', url, paths),
    { name: 'loginWith(), body of POST /auth/logout', send: (text) => sendForm(`${url}/auth/logout`, text) },
  ];
}

async function openStrategy(): Promise<Place[]> {
  const provider = await openServer(respondWell);
  const strategy = createStrategy({ provider: provider.url, appId: '1', appSecret: 'secret' });
  const app = createApp(strategy, (app) => void app.set('trust proxy', true).get('/', (_req, res) => void res.end()));
  return placesOf('strategy', await serve(app), ['/auth', '/callback']);
}

function placesOf(app: string, url: string, paths: string[]): Place[] {
  const inTarget = [
    { name: `${app}, any path`, send: (text: string) => send(`${url}/${asTarget(text)}`) },
    ...paths.map((path) => ({
      name: `${app}, query of ${path}`,
      send: (text: string) => send(`${url}${path}?${asTarget(text)}`),
    })),
  ];
  const inHeaders = paths.flatMap((path) =>
    headers.map((header) => ({
      name: `${app}, ${header} to ${path}`,
      send: (text: string) => send(`${url}${path}?auth_key=k`, { [header]: asHeader(text) }),
    })),
  );
  return [...inTarget, ...inHeaders];
}

function sendForm(url: string, text: string): Promise<number> {
  return send(url, form, `token=${text}`);
}

async function send(url: string, given: Record<string, string> = {}, body?: string): Promise<number> {
  const { origin } = new URL(url);
  // The target as it is, which a URL would normalize.
  const path = url.slice(origin.length);
  const { hostname, port } = new URL(origin);
  const method = body === undefined ? 'GET' : 'POST';
  const req = request({ hostname, port, path, method, headers: { ...page, ...given }, agent });
  req.end(body);
  const [res] = (await once(req, 'response')) as [import('node:http').IncomingMessage];
  res.resume();
  await once(res, 'end');
  const { statusCode = 0 } = res;
  if (statusCode >= 500)
    throw new Error(`${statusCode} for ${path.slice(0, 60)}… ${JSON.stringify(given).slice(0, 60)}`);
  return statusCode;
}

/** As it can stand in the first line of a request. */
function asTarget(text: string): string {
  return text.replace(/[\s#]/g, encodeURIComponent);
}

/** As it can stand in a header. */
function asHeader(text: string): string {
  return text.trim();
}
