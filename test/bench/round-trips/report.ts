import { machine, table } from '../report';
import type { Contestant } from './app';
import { ours, rows } from './scenarios';
import type { Login } from './site';
import type { StartFigures } from './starts';

/** What was measured of one contestant in one row. */
export interface LoginFigures {
  row: string;
  contestant: Contestant;
  logins: number;
  /** From the callback's request to its response, in milliseconds. */
  wait: { median: number; minimum: number; maximum: number };
  /** The median in round trips. */
  roundTrips: number;
  /** Means of a login. */
  connections: number;
  connectionsAtCallback: number;
  full: number;
  resumed: number;
  requests: number;
}

/** More than two, for a busy machine, and less than three: a third one is always seen. */
const maximumRoundTrips = 2.6;
/** Rows that measure the first login of a client, which has no session of TLS yet. */
const firstLogins: readonly string[] = [rows.first, rows.autoFirst];
/** Logins that may take two: the server closed the first one, or the first start's own call is still under way. */
const mayConnectAgain: readonly string[] = [rows.closed, ...firstLogins];
/** Rows in which the user waits for two round trips. */
const twoRoundTrips: readonly string[] = [rows.kept, rows.idle, rows.idleForSeconds, rows.autoLater];

/** Sums the logins of one contestant in one row up. */
export function summarize(
  row: string,
  contestant: Contestant,
  logins: readonly Login[],
  roundTrip: number,
): LoginFigures {
  const waits = logins.map(({ wait }) => wait).sort((a, b) => a - b);
  const middle = (waits.length - 1) / 2;
  const median = (waits[Math.floor(middle)]! + waits[Math.ceil(middle)]!) / 2;
  const mean = (figure: Exclude<keyof Login, 'wait'>) =>
    round(logins.reduce((sum, login) => sum + login[figure], 0) / logins.length, 2);
  return {
    row,
    contestant,
    logins: logins.length,
    wait: { median: round(median), minimum: round(waits[0]!), maximum: round(waits.at(-1)!) },
    roundTrips: round(median / roundTrip, 2),
    connections: mean('connections'),
    connectionsAtCallback: mean('connectionsAtCallback'),
    full: mean('full'),
    resumed: mean('resumed'),
    requests: mean('requests'),
  };
}

/** The figures as Markdown. */
export function print(logins: readonly LoginFigures[], starts: readonly StartFigures[], roundTrip: number): void {
  console.log(`${machine()}; TLS over a round trip of ${roundTrip} ms, TCP's own not counted; figures per login\n`);
  const loginRows = logins.map((each) => [
    each.row,
    each.contestant,
    each.logins,
    `${each.wait.median} (${each.wait.minimum} to ${each.wait.maximum})`,
    each.roundTrips.toFixed(1),
    each.connections,
    each.connectionsAtCallback,
    `${each.full} / ${each.resumed}`,
    each.requests,
  ]);
  const columns = ['login', 'by', 'logins', 'callback in ms', 'in round trips', 'connections', 'at the callback'];
  console.log(table([...columns, 'handshakes, full / resumed', 'requests'], loginRows));
  console.log('');
  const startRows = starts.map((each) => [
    each.starts === 1 ? each.row : `${each.starts} ${each.row}`,
    each.contestant,
    each.status,
    each.connections,
    each.mostOpen,
    each.closedAfter?.toFixed(1) ?? '',
  ]);
  const startColumns = ['start', 'by', 'status', 'connections', 'at most at a time', 'closed after seconds'];
  console.log(table(startColumns, startRows));
}

/** The limits that this package exceeds. */
export function findBroken(logins: readonly LoginFigures[], starts: readonly StartFigures[], roundTrip: number) {
  const broken: string[] = [];
  for (const each of logins.filter(({ contestant }) => ours.includes(contestant))) {
    const where = `${each.contestant}, ${each.row}`;
    const { row, wait, full, connections, connectionsAtCallback } = each;
    if (!mayConnectAgain.includes(row) && connections > 1)
      broken.push(`${where}: ${connections} connections per login`);
    if (!firstLogins.includes(row) && full > 0) broken.push(`${where}: ${full} handshakes per login resume no session`);
    if (!twoRoundTrips.includes(row)) continue;
    if (connectionsAtCallback > 0) broken.push(`${where}: ${connectionsAtCallback} connections at the callback`);
    // The quickest, because only what every login waits for is a round trip.
    if (wait.minimum >= maximumRoundTrips * roundTrip) broken.push(`${where}: no callback below ${wait.minimum} ms`);
  }
  for (const { row, contestant, mayConnect, connections, mostOpen, closedAfter = 0 } of starts) {
    if (!mayConnect && connections > 0) broken.push(`${contestant}, ${row}: ${connections} connections`);
    if (mostOpen > 1) broken.push(`${contestant}, ${row}: ${mostOpen} connections at a time`);
    if (closedAfter > 11) broken.push(`${contestant}, ${row}: closed only after ${closedAfter.toFixed(1)} s`);
  }
  return broken;
}

function round(value: number, digits = 0): number {
  return Number(value.toFixed(digits));
}
