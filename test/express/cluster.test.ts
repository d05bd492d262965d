import { Agent } from 'node:http';
import { setTimeout as wait } from 'node:timers/promises';
import { startProvider, type LocalProvider } from 'passport-loginwith/provider';
import { compileExample, type CompiledExample, type ExampleProcess } from '../support/cluster-processes';
import { startRoundRobin, type RoundRobin } from '../support/cluster-proxy';
import { personOn, Visitor, type Answer } from '../support/cluster-visitor';
import { findFreePort } from '../support/free-port';
import { describeWithPostgres, startPostgres, type PostgresServer } from '../support/postgres';
import { describeWithRedis, startRedis, type RedisServer } from '../support/redis';

/** What users open; the proxy ends TLS. */
const site = 'https://app.example';
/** The start of a login that leads to the page of the person. */
const start = `${site}/auth/pimbuzz?returnTo=%2Fme`;
/** Milliseconds in which everybody gets an answer, whatever Redis does. */
const inTime = 5000;

const users = Array.from({ length: 1000 }, (_, index) => ({
  id: String(index + 1),
  username: `person${index + 1}`,
  firstName: 'Person',
  lastName: `N${index + 1}`,
}));
type Somebody = (typeof users)[number];
const [anna, ben, carla] = users as [Somebody, Somebody, Somebody];
const crowd = users.slice(10, 16);
const shown = ({ id, firstName, lastName }: Somebody) => ({ id, name: `${firstName} ${lastName}` });

describeWithPostgres('the example app on a PostgreSQL server', () =>
  describeWithRedis('as three processes behind a plain proxy', runSuite),
);

function runSuite(): void {
  // On a machine that is busy with other work; what must be quick is measured.
  jest.setTimeout(60_000);
  let example: CompiledExample;
  let postgres: PostgresServer;
  let redis: RedisServer;
  let provider: LocalProvider;
  let proxy: RoundRobin;
  let env: Record<string, string>;
  const agent = new Agent({ keepAlive: true });
  const processes: ExampleProcess[] = [];
  const opened: { close(): unknown }[] = [];

  beforeAll(async () => {
    opened.push({ close: () => agent.destroy() });
    opened.push((example = await compileExample()));
    opened.push((postgres = await startPostgres()));
    redis = await startRedis();
    opened.push({ close: () => redis.stop() });
    opened.push((proxy = await startRoundRobin()));
    opened.push((provider = await startProvider({ users, redirectURL: `${site}/auth/pimbuzz/callback` })));
    env = {
      NODE_ENV: 'production',
      APP_URL: site,
      TRUST_PROXY: '1',
      DATABASE_URL: postgres.url,
      REDIS_URL: redis.url,
      SESSION_SECRET: 'the same for all of the processes',
      ...credentials('PIMBUZZ'),
      // Not used; without it each process would start a local one.
      ...credentials('LOOKLOOX'),
    };
    for (let index = 0; index < 3; index += 1) proxy.backends.push(await findFreePort());
    await Promise.all(proxy.backends.map((_port, index) => launch(index)));
  });

  /** After a test that failed, the next one finds all at work, too. */
  beforeEach(async () => {
    proxy.onSent = () => undefined;
    redis.resume();
    await Promise.all(processes.map(async ({ isRunning }, index) => isRunning || launch(index)));
  });

  afterAll(async () => {
    await Promise.allSettled(opened.reverse().map(async (each) => each.close()));
  });

  const credentials = (variables: string) => ({
    [`${variables}_URL`]: provider.url,
    [`${variables}_APP_ID`]: provider.apps[0]!.appId,
    [`${variables}_APP_SECRET`]: provider.apps[0]!.appSecret,
  });

  async function launch(index: number): Promise<void> {
    processes[index] = example.spawn({ ...env, PORT: String(proxy.backends[index]) });
    await processes[index].ready();
  }

  const openVisitor = () => new Visitor(site, proxy.port, agent);

  /** Resolves to the app's answer to the callback. */
  const logIn = (visitor: Visitor, { id }: Somebody, fetch = visitor.fetch) => provider.signIn(fetch, id, { start });

  /** As {@link logIn}; resolves to the answer with the error if a process failed, at which `signIn` gives up. */
  async function tryToLogIn(visitor: Visitor, person: Somebody): Promise<Answer> {
    let latest: Answer | undefined;
    const fetch = async (url: string) => (latest = await visitor.visit(url));
    try {
      return await logIn(visitor, person, fetch);
    } catch (error) {
      if (latest === undefined || latest.status < 500) throw error;
      return latest;
    }
  }

  async function signedIn(person: Somebody): Promise<Visitor> {
    const visitor = openVisitor();
    expect((await logIn(visitor, person)).location).toBe('/me');
    return visitor;
  }

  /** Whom each of the processes shows to a visitor; nobody where the visitor is not signed in or gets no page. */
  async function shownByAll(visitor: Visitor): Promise<(ReturnType<typeof personOn> | undefined)[]> {
    const pages: Answer[] = [];
    for (let visits = 0; visits < 3; visits += 1) pages.push(await visitor.visit('/me'));
    expect(pages.map(({ servedBy }) => servedBy).sort()).toEqual([0, 1, 2]);
    return pages.map(({ html }) => personOn(html));
  }

  const byAll = (person: Somebody) => Array.from({ length: 3 }, () => shown(person));
  const byNone = [undefined, undefined, undefined];

  test('a login that starts on one comes back to another and shows on the third', async () => {
    const visitor = openVisitor();
    const answers: Answer[] = [];
    await logIn(visitor, anna, async (url) => {
      answers.push(await visitor.visit(url));
      return answers.at(-1)!;
    });
    answers.push(await visitor.visit('/me'));

    expect(answers.map(({ status }) => status)).toEqual([302, 302, 200]);
    expect(new Set(answers.map(({ servedBy }) => servedBy)).size).toBe(3);
    const cookies = answers.flatMap(({ headers }) => headers.getSetCookie());
    expect(cookies.filter((cookie) => !cookie.includes('; Secure'))).toEqual([]);
    expect(personOn(answers.at(-1)!.html)).toEqual(shown(anna));
    expect(await shownByAll(visitor)).toEqual(byAll(anna));
    expect(processes.map(({ output }) => output.stderr)).toEqual(['', '', '']);
    // With the access token of the login, which each of them can unseal.
    const refreshed = await Promise.all([0, 1, 2].map(() => visitor.visit('/account/refresh/pimbuzz')));
    expect(refreshed.map(({ location }) => location)).toEqual(Array(3).fill('/me?done=refreshed'));
  });

  test('a logout on one ends the session on all', async () => {
    const visitor = await signedIn(anna);
    const thief = await visitor.copy();
    expect(await shownByAll(thief)).toEqual(byAll(anna));
    const answer = await visitor.visit('/auth/logout', 'POST');
    expect(answer.status).toBeLessThan(400);
    expect(await shownByAll(visitor)).toEqual(byNone);
    expect(await shownByAll(thief)).toEqual(byNone);
  });

  test('all can be killed and started again, and users stay signed in', async () => {
    const visitor = await signedIn(ben);
    for (const each of processes) each.kill();
    await Promise.all(processes.map(({ exited }) => exited));
    await Promise.all(processes.map((_process, index) => launch(index)));
    expect(await shownByAll(visitor)).toEqual(byAll(ben));
  });

  test('a login whose process dies when the key is used up goes on when the page is loaded again', async () => {
    const visitor = openVisitor();
    const statuses: number[] = [];
    const answer = await logIn(visitor, carla, async (url) => {
      if (!url.includes('auth_key=') || statuses.length > 0) return visitor.visit(url);
      const killed = killOnceAsked();
      statuses.push((await visitor.visit(url)).status);
      await launch(await killed);
      return visitor.visit(url);
    });

    expect(statuses).toEqual([502]);
    expect(answer.location).toBe('/me');
    expect(await shownByAll(visitor)).toEqual(byAll(carla));
  });

  test('of 1000 logins, none is lost or mixed up when one is killed in the middle', async () => {
    const victim = 1;
    const startedAt = performance.now();
    const finished: { visitor: Visitor; person: Somebody; servedBy: number }[] = [];
    const cuts: number[] = [];
    let finishedAtKill: number | undefined;
    // With a callback just sent to it, so that a login is cut between its two calls to the provider.
    proxy.onSent = (backend, path) => {
      if (finishedAtKill !== undefined || finished.length < 400 || backend !== victim) return;
      if (!path.includes('auth_key=')) return;
      finishedAtKill = finished.length;
      processes[victim]!.kill();
    };

    const logInAtMostTwice = async (person: Somebody) => {
      const visitor = openVisitor();
      for (const isRepeated of [false, true]) {
        const { status, location, servedBy, html } = await tryToLogIn(visitor, person);
        if (location === '/me') {
          finished.push({ visitor, person, servedBy });
          return;
        }
        if (isRepeated || finishedAtKill === undefined)
          throw new Error(`${person.username} got ${status} from ${servedBy}, ${finished.length} finished: ${html}`);
        cuts.push(status);
        // A dying process may still take a connection and cut that one, too.
        await processes[victim]!.exited;
      }
    };
    await atOnce(24, users, logInAtMostTwice);
    const seconds = (performance.now() - startedAt) / 1000;

    const wrong: unknown[] = [];
    await atOnce(24, finished, async ({ visitor, person, servedBy }) => {
      const page = await visitor.visit('/me', 'GET', { 'x-not-served-by': String(servedBy) });
      expect(page.servedBy).not.toBe(servedBy);
      const seen = personOn(page.html);
      if (seen?.id !== person.id || seen.name !== shown(person).name) wrong.push({ person, seen, status: page.status });
    });
    const onVictim = finished.filter(({ servedBy }) => servedBy === victim).length;
    process.stderr.write(
      `1000 logins on three processes, one killed after ${finishedAtKill ?? 0}: ${finished.length} finished ` +
        `(${onVictim} of them on the killed one), ${cuts.length} cut and repeated, ${wrong.length} lost or mixed up, ` +
        `${seconds.toFixed(1)} s\n`,
    );

    expect(finished).toHaveLength(1000);
    expect(wrong.slice(0, 3)).toEqual([]);
    // Only what the process was working on is cut, and that is at most one request of each visitor.
    expect(cuts.length).toBeGreaterThanOrEqual(1);
    expect(cuts.length).toBeLessThanOrEqual(24);
    expect(new Set(cuts)).toEqual(new Set([502]));
    expect(onVictim).toBeGreaterThan(50);

    proxy.onSent = () => undefined;
    await processes[victim]!.exited;
    await launch(victim);
    expect(await shownByAll(finished[0]!.visitor)).toEqual(byAll(finished[0]!.person));
  }, 300_000);

  test('everybody gets an answer while Redis says nothing, and it goes on when Redis does', async () => {
    const visitors = await Promise.all(crowd.map(signedIn));
    const strangers = await logInWithout(() => redis.pause());
    for (const answer of await Promise.all(visitors.flatMap(requestsOf))) expectFailure(answer);

    redis.resume();
    await worksAgain(carla);
    for (const [index, person] of crowd.entries()) {
      expect(await shownByAll(visitors[index]!)).toEqual(byAll(person));
      expect(await shownByAll(strangers[index]!)).toEqual(byNone);
    }
    expect(await shownByAll(await signedIn(ben))).toEqual(byAll(ben));
  });

  test('everybody gets an answer when Redis is lost, and it works again when Redis is back', async () => {
    const visitors = await Promise.all(crowd.map(signedIn));
    const underWay = visitors.map((visitor) => Promise.all(pagesFor(visitor)));
    const strangers = await logInWithout(() => redis.stop());
    for (const [index, person] of crowd.entries()) {
      for (const { html, took } of await underWay[index]!) {
        expect(took).toBeLessThan(inTime);
        expect([shown(person), undefined]).toContainEqual(personOn(html));
      }
    }
    for (const answer of await Promise.all(visitors.flatMap(requestsOf))) expectFailure(answer);

    redis = await startRedis(redis.port);
    await worksAgain(carla);
    // An empty Redis knows nobody.
    for (const [index, person] of crowd.entries()) {
      expect(await shownByAll(visitors[index]!)).toEqual(byNone);
      expect(await shownByAll(strangers[index]!)).toEqual(byNone);
      expect((await logIn(strangers[index]!, person)).location).toBe('/me');
      expect(await shownByAll(strangers[index]!)).toEqual(byAll(person));
    }
    for (const { isRunning, output } of processes) {
      expect(isRunning).toBe(true);
      await waitFor('Redis to be told back', () =>
        /^Redis at [^ ]+ is lost: .*\nRedis at [^ ]+ is back\.$/m.test(output.stderr),
      );
      expect(output.stderr).not.toMatch(/^ +at /m);
    }
  });

  test.each(['is not there', 'says nothing'])(
    'a process ends with one line when Redis %s at its start',
    async (how) => {
      const isThere = how === 'says nothing';
      const port = isThere ? redis.port : await findFreePort();
      if (isThere) redis.pause();
      const startedAt = performance.now();
      const started = example.spawn({
        ...env,
        PORT: '0',
        REDIS_URL: `redis://:hidden-password@127.0.0.1:${port}`,
      });
      const code = await Promise.race([started.exited, wait(15_000, 'still there', { ref: false })]);
      if (isThere) redis.resume();

      expect(code).toBe(1);
      expect(performance.now() - startedAt).toBeLessThan(10_000);
      expect(started.output.stderr).toMatch(/^[^\n]*REDIS_URL[^\n]*\n$/);
      expect(started.output.stderr).not.toContain('hidden-password');
      expect(started.output.stdout).not.toContain('Open ');
    },
  );

  /** Kills the process that gets the next callback as soon as it has exchanged the key; resolves to which it was. */
  async function killOnceAsked(): Promise<number> {
    provider.once('get_user_info', 'hang');
    const index = await new Promise<number>((resolve) => {
      proxy.onSent = resolve;
    });
    proxy.onSent = () => undefined;
    await waitFor('the key to be exchanged', () => provider.requests.at(-1)?.fault === 'hang');
    processes[index]!.kill();
    await processes[index]!.exited;
    return index;
  }

  /** The crowd logs in, and just before they come back something befalls Redis: all of them get to know. */
  function logInWithout(befall: () => unknown): Promise<Visitor[]> {
    return Promise.all(
      crowd.map(async (person) => {
        const stranger = openVisitor();
        const answer = await logIn(stranger, person, async (url) => {
          if (url.includes('auth_key=')) await befall();
          return stranger.visit(url);
        });
        expectFailure(answer);
        return stranger;
      }),
    );
  }

  /** One visit to each page, on each process. */
  const pagesFor = (visitor: Visitor) =>
    [0, 1, 2].flatMap(() => ['/', '/me', '/auth/pimbuzz'].map((path) => visitor.visit(path)));

  const requestsOf = (visitor: Visitor) => [...pagesFor(visitor), visitor.visit('/auth/logout', 'POST')];

  function expectFailure({ status, html, took }: Answer): void {
    expect(status).toBeGreaterThanOrEqual(500);
    expect(took).toBeLessThan(inTime);
    expect(html).toMatch(/<h1>[^<]+<\/h1>/);
    expect(html).not.toMatch(/redis|ECONN|node_modules|the proxy got no answer/i);
    expect(personOn(html)).toBeUndefined();
  }

  /** Waits until somebody can log in and is shown by all processes. */
  function worksAgain(person: Somebody): Promise<void> {
    return waitFor('logins to work again', async () => {
      const visitor = openVisitor();
      const { location } = await tryToLogIn(visitor, person);
      return location === '/me' && (await shownByAll(visitor)).every((each) => each?.id === person.id);
    });
  }
}

/** Works on `count` items at once. After a failure no other item is begun, and it rejects when all work is over. */
async function atOnce<T>(count: number, items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  const queue = items.values();
  const failures: unknown[] = [];
  const workThrough = async () => {
    for (const item of queue) {
      await work(item).catch((error: unknown) => failures.push(error));
      if (failures.length > 0) return;
    }
  };
  await Promise.all(Array.from({ length: count }, workThrough));
  if (failures.length > 0) throw failures[0];
}

async function waitFor(what: string, isThere: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = Date.now() + 10_000;
  while (!(await isThere())) {
    if (Date.now() > deadline) throw new Error(`waited 10 s in vain for ${what}`);
    await wait(20);
  }
}
