import { setTimeout as delay } from 'node:timers/promises';
import { Browser, type TestResponse } from '../../support/test-browser';
import { startPath, type Contestant } from './app';
import { closeConnections, readCounts, type Site } from './site';

/** Starts that no callback follows, and the connections to the provider that they opened. */
export interface StartFigures {
  row: string;
  contestant: Contestant;
  /** Whether such a start may open a connection. */
  mayConnect: boolean;
  starts: number;
  status: number;
  connections: number;
  /** At the same time. */
  mostOpen: number;
  /** After so many seconds the connections were closed; undefined if that was not waited for. */
  closedAfter?: number;
}

/** As many starts one browser may make within half a minute. */
const allowedStarts = 8;
const abandonedStarts = 100;
/** Within so many milliseconds a start that opens a connection has done so. */
const untilConnected = 100;

/** Makes starts that lead no user to the provider. Each begins without a connection. */
export async function measureRefusedStarts(site: Site): Promise<StartFigures[]> {
  const figures: StartFigures[] = [];
  const measure = async (row: string, start: (browser: Browser) => Promise<TestResponse>, before = 0) => {
    const browser = new Browser(site.url);
    for (let count = 0; count < before; count += 1) await browser.get(startPath);
    await delay(untilConnected);
    await closeConnections(site);
    const { connections } = await readCounts(site);
    const { status, location } = await start(browser);
    if (location?.startsWith(site.baseURL) === true) throw new Error(`${row}: led to the provider`);
    await delay(untilConnected);
    const after = await readCounts(site);
    figures.push({
      row,
      contestant: site.contestant,
      mayConnect: false,
      starts: 1,
      status,
      connections: after.connections - connections,
      mostOpen: after.mostOpen,
    });
  };
  await measure('a prefetch', (browser) => browser.get(startPath, { 'sec-purpose': 'prefetch' }));
  await measure('a HEAD request', (browser) => browser.send(startPath, { method: 'HEAD' }));
  await measure('a start from another site', (browser) => browser.get(startPath, { 'sec-fetch-site': 'cross-site' }));
  await measure(`start ${allowedStarts + 1} of a browser`, (browser) => browser.get(startPath), allowedStarts);
  return figures;
}

/** Starts logins of which none comes back. */
export async function measureAbandonedStarts(site: Site, waitsForEnd: boolean): Promise<StartFigures> {
  await closeConnections(site);
  const { connections } = await readCounts(site);
  const began = performance.now();
  const responses = await Promise.all(
    Array.from({ length: abandonedStarts }, () => new Browser(site.url).get(startPath)),
  );
  await delay(untilConnected);
  const after = await readCounts(site);
  if (waitsForEnd) await site.provider.call('untilClosed', site.link);
  return {
    row: 'starts at once whose users never come back',
    contestant: site.contestant,
    mayConnect: true,
    starts: abandonedStarts,
    status: responses[0]?.status ?? 0,
    connections: after.connections - connections,
    mostOpen: after.mostOpen,
    ...(waitsForEnd ? { closedAfter: (performance.now() - began) / 1000 } : {}),
  };
}
