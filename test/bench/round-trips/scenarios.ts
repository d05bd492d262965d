import { setTimeout as delay } from 'node:timers/promises';
import type { Contestant } from './app';
import { formOnlyPath } from './provider';
import { closeConnections, forgetConnections, logIn, openApp, openSite, type Login, type Site } from './site';

/** A situation in which logins are measured, in rounds. */
export interface Scenario {
  /** Only these; all if absent. */
  contestants?: readonly Contestant[];
  /** If not as many as of the others. */
  rounds?: number;
  /** Whether a round takes seconds. */
  isSlow?: boolean;
  /** Happens before each round. Another site may take this one's place; a process of its own ends with the round. */
  prepare?: (site: Site) => Promise<Site>;
  /** Logs in, and says in which row of the table each login belongs. */
  run: (site: Site) => Promise<[row: string, login: Login][]>;
}

/** The contestants that are this package. */
export const ours: readonly Contestant[] = ['LoginWithStrategy', 'loginWith()'];

/** The rows of the table. */
export const rows = {
  first: 'first login of a process, straight back',
  kept: 'straight back, right after another login',
  idle: 'straight back, after an idle time',
  idleForSeconds: 'straight back, after 5 idle seconds',
  closed: 'straight back, the server closed the connection meanwhile',
  cold: 'back at once, after an idle time',
  inARow: 'back at once, right after another login',
  autoFirst: "`'auto'`, a provider that reads forms, first login",
  autoLater: "`'auto'`, a provider that reads forms, next login after an idle time",
} as const;

/** A user who comes straight back does so in so many milliseconds; the handshake needs less. */
const straightBack = 300;
/** Logins of one round. */
const inARow = 5;
/** Longer than anybody keeps a connection here. */
const idleSeconds = 5;

/** The scenarios, for sites whose apps have not logged anybody in yet. */
export const scenarios: readonly Scenario[] = [
  { rounds: 1, run: async (site) => [[rows.first, await logIn(site, straightBack)]] },
  { run: async (site) => [[rows.kept, await logIn(site, straightBack)]] },
  {
    run: async (site) => {
      const logins: [string, Login][] = [];
      while (logins.length < inARow) logins.push([rows.inARow, await logIn(site, 0)]);
      return logins;
    },
  },
  {
    prepare: forgetConnections,
    run: async (site) => [[rows.idle, await logIn(site, straightBack)]],
  },
  {
    prepare: forgetConnections,
    run: async (site) => [[rows.cold, await logIn(site, 0)]],
  },
  {
    contestants: ours,
    prepare: async (site) => {
      await closeConnections(site);
      return site;
    },
    run: async (site) => [[rows.closed, await logIn(site, straightBack, closeConnections)]],
  },
  {
    // The first start in a process asks the site for its address; it is in no row.
    contestants: ours,
    rounds: 1,
    run: async (site) => {
      await logIn(await openFormOnlyApp(site), 0);
      return [];
    },
  },
  {
    contestants: ours,
    prepare: openFormOnlyApp,
    run: async (site) => {
      const first = await logIn(site, straightBack);
      await closeConnections(site);
      return [
        [rows.autoFirst, first],
        [rows.autoLater, await logIn(site, straightBack)],
      ];
    },
  },
  {
    isSlow: true,
    prepare: async (site) => {
      await logIn(site, straightBack);
      await delay(idleSeconds * 1000);
      return site;
    },
    run: async (site) => [[rows.idleForSeconds, await logIn(site, straightBack)]],
  },
  {
    isSlow: true,
    // With the one above there are as many as of the others.
    rounds: 9,
    prepare: openSite,
    run: async (site) => [[rows.first, await logIn(site, straightBack)]],
  },
];

function openFormOnlyApp(site: Site): Promise<Site> {
  return openApp(site, site.baseURL + formOnlyPath);
}

/**
 * Runs the rounds of a scenario. The contestants of a round log in side by side, shifted so that their work does not
 * meet: nearly all of the time they only wait.
 */
export async function runScenario(
  { contestants, prepare = (site) => Promise.resolve(site), run }: Scenario,
  sites: readonly Site[],
  rounds: number,
  roundTrip: number,
  add: (row: string, contestant: Contestant, login: Login) => void,
): Promise<void> {
  const own = sites.filter(({ contestant }) => contestants?.includes(contestant) !== false);
  for (let round = 0; round < rounds; round += 1) {
    const prepared = await Promise.all(own.map(prepare));
    await Promise.all(
      prepared.map(async (site, index) => {
        await delay((index * roundTrip) / own.length);
        for (const [row, login] of await run(site)) add(row, site.contestant, login);
        if (site.app !== own[index]?.app) await site.app.stop();
      }),
    );
  }
}
