/** The users, in a process of their own: each log in with a browser that has no cookies. */
import { Agent, request, type IncomingHttpHeaders } from 'node:http';

/** Logins to do. */
export interface Job {
  appURL: string;
  logins: number;
  /** How many at a time. */
  width: number;
}

/** What became of them. */
export interface JobResult {
  /** Of the whole job, in milliseconds. */
  time: number;
  /** Milliseconds that each user waited for the callback. */
  waits: number[];
  /** The last user, as the app knows it. */
  user: unknown;
}

/** What Chromium sends when somebody follows a link to a page. */
const navigation = {
  accept: 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8',
  'accept-language': 'en-US,en;q=0.9',
  'user-agent': 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36',
  'sec-fetch-dest': 'document',
  'sec-fetch-mode': 'navigate',
  'sec-fetch-user': '?1',
  'upgrade-insecure-requests': '1',
};
const agent = new Agent({ keepAlive: true });
let logins = 0;

async function run({ appURL, logins: count, width }: Job): Promise<JobResult> {
  const waits: number[] = [];
  let left = count;
  let user: unknown;
  const began = performance.now();
  const lane = async () => {
    while (left-- > 0) {
      const cookies = new Map<string, string>();
      const start = await get(`${appURL}/auth/site`, cookies, 'none');
      const callbackBegan = performance.now();
      const end = await get(appURL + callbackPath(String(start.headers.location)), cookies, 'cross-site');
      waits.push(performance.now() - callbackBegan);
      if (end.status !== 302 || end.headers.location !== '/') throw new Error(`a login ended with ${end.status}`);
      if (left <= 0) user = JSON.parse((await get(`${appURL}/me`, cookies, 'same-origin')).body);
    }
  };
  await Promise.all(Array.from({ length: width }, lane));
  return { time: performance.now() - began, waits, user };
}

/** The path to which the provider redirects, with a key or a code that nobody had before. */
function callbackPath(location: string): string {
  const key = `${(logins += 1).toString(16).padStart(8, '0')}d41d8cd98f00b204e9800998`;
  const { pathname, searchParams } = new URL(location);
  if (pathname === '/api/oauth') return `/auth/site/callback?auth_key=${key}`;
  const state = searchParams.get('state');
  return `/auth/site/callback?code=${key}${state === null ? '' : `&state=${encodeURIComponent(state)}`}`;
}

function get(url: string, cookies: Map<string, string>, site: string) {
  const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ');
  const headers = { ...navigation, 'sec-fetch-site': site, ...(cookie === '' ? {} : { cookie }) };
  return new Promise<{ status: number; headers: IncomingHttpHeaders; body: string }>((resolve, reject) => {
    request(url, { agent, headers }, (res) => {
      for (const each of res.headers['set-cookie'] ?? []) {
        const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(each) ?? [];
        cookies.set(name, value);
      }
      let body = '';
      res.setEncoding('utf8').on('data', (chunk: string) => (body += chunk));
      res.on('end', () => resolve({ status: res.statusCode ?? 0, headers: res.headers, body })).on('error', reject);
    })
      .on('error', reject)
      .end();
  });
}

process.on('message', (job: Job) => {
  run(job).then(
    (result) => process.send?.(result),
    (error: unknown) => {
      console.error(error);
      process.exit(1);
    },
  );
});
process.once('disconnect', () => process.exit());
