import type { StartOptions } from '../../lib/provider/index';
import type { Exchange, ReplayWorld } from './replay';

export const MAIN = '122414611439820';
export const RENEE = '2';
const ALICE = '8';
const BOB = '9';
const CAROL = '10';
const OTHER_APP = '65786161901840';

/** What must be so before the recorded request is sent. */
export interface SetUp {
  options?: StartOptions;
  /** Brings the provider there, and returns the key or token to send in the place of the recorded one. */
  act?: (world: ReplayWorld) => Promise<{ authKey?: string; token?: string }>;
}

const pendingKey = {
  act: async (world: ReplayWorld) => ({ authKey: await world.startLogin(RENEE, MAIN) }),
};
const usedKey = {
  act: async (world: ReplayWorld) => {
    const authKey = await world.startLogin(RENEE, MAIN);
    await world.exchangeKey(MAIN, authKey);
    return { authKey };
  },
};
const freshToken = {
  act: async (world: ReplayWorld) => ({ token: await world.logIn(personIn(world.exchange), MAIN) }),
};
const approved = {
  act: (world: ReplayWorld) => {
    world.provider.approve(RENEE, world.given().appId ?? MAIN);
    return Promise.resolve({});
  },
};
const tokenOfAge = (seconds: number) => ({
  act: async (world: ReplayWorld) => {
    const token = await world.logIn(RENEE, MAIN);
    world.provider.advance(seconds * 1000);
    return { token };
  },
});
/** Acts while the site is well, and changes it afterwards. */
const under = (change: (world: ReplayWorld) => void, { act }: SetUp): SetUp => ({
  act: async (world) => {
    const given = (await act?.(world)) ?? {};
    change(world);
    return given;
  },
});

const byEndpoint: Record<string, SetUp> = { oauth: approved, authorize: pendingKey, get_user_info: freshToken };

const byScenario: readonly (readonly [RegExp, SetUp])[] = [
  [/^(not logged in|logged in, )/, {}],
  [/^user e-mail not activated/, {}],
  [/^oauth start after revocation/, under(({ provider }) => provider.revoke(RENEE, MAIN), approved)],
  [/^(replay of the used auth_key|GET after that HEAD)/, usedKey],
  [
    /^same auth_key again with the right host/,
    {
      act: async (world) => {
        const authKey = await world.startLogin(RENEE, MAIN);
        const { appSecret } = world.provider.apps.find((app) => app.appId === MAIN)!;
        const body = `app_id=${MAIN}&app_secret=${appSecret}&auth_key=${authKey}`;
        const host = { host: 'www.other.example' };
        const form = { ...host, 'content-type': 'application/x-www-form-urlencoded' };
        const isPost = world.exchange.authorizeMethod === 'POST';
        const answer = isPost
          ? await world.send('/api/authorize', { method: 'POST', headers: form, body })
          : await world.send(`/api/authorize?${body}`, { headers: host });
        if (answer.status !== 302 || !answer.body.includes('access_token')) throw new Error('not as on a wrong host');
        return { authKey };
      },
    },
  ],
  [
    /^same auth_key with the right secret afterwards/,
    {
      act: async (world) => {
        const authKey = await world.startLogin(RENEE, MAIN);
        const body = `app_id=${MAIN}&app_secret=wrong&auth_key=${authKey}`;
        const headers = { 'content-type': 'application/x-www-form-urlencoded' };
        await world.send(`/api/authorize?${body}`, { method: 'POST', headers, body });
        return { authKey };
      },
    },
  ],
  [
    /^first auth_key after that/,
    {
      act: async (world) => {
        const authKey = await world.startLogin(RENEE, MAIN);
        await world.startLogin(RENEE, MAIN);
        return { authKey };
      },
    },
  ],
  [/issued before the user revoked/, under(({ provider }) => provider.revoke(RENEE, MAIN), pendingKey)],
  [/^developers module disabled|^module disabled/, disabled()],
  [
    /^login 4 when the token is 61 s old/,
    {
      act: async (world) => {
        await world.logIn(RENEE, MAIN);
        world.provider.advance(61_000);
        return { authKey: await world.startLogin(RENEE, MAIN) };
      },
    },
  ],
  [
    /^the replaced \(older\) token/,
    {
      act: async (world) => {
        const token = await world.logIn(RENEE, MAIN);
        world.provider.advance(61_000);
        await world.logIn(RENEE, MAIN);
        return { token };
      },
    },
  ],
  [/(once it is 61 s old|token 61 s old|about one minute after authorize)/, tokenOfAge(61)],
  [/^token 3599 s old/, tokenOfAge(3599)],
  [/^token 3601 s old/, tokenOfAge(3601)],
  [/^token of a deleted user/, under(({ provider }) => provider.deleteUser(RENEE), freshToken)],
  [/^token of a user banned/, under(({ provider }) => provider.updateUser(ALICE, { banned: true }), freshToken)],
  [/^DEBUGGING=true: get_user_info wrong token/, { options: { debugging: true } }],
  [/wrong token|access_token=null|POST with the token in the body only/, {}],
  [
    /^database down: get_user_info|mysqli exceptions/,
    under(({ provider }) => provider.configure({ databaseDown: true }), freshToken),
  ],
  [/^database down: authorize/, under(({ provider }) => provider.configure({ databaseDown: true }), pendingKey)],
  [/^site in maintenance/, under(({ provider }) => provider.configure({ maintenance: true }), approved)],
  [/^SQL error/, under(sqlErrorOf, pendingKey)],
  [/^DEBUGGING=true: authorize/, { ...pendingKey, options: { debugging: true } }],
  [/^DEBUGGING=true: get_user_info/, { ...freshToken, options: { debugging: true } }],
  [/^DEBUGGING=true and output_buffering=0/, { ...freshToken, options: { debugging: 'unbuffered' } }],
  [/^site URL on a non-default port/, { ...freshToken, options: { siteURL: 'http://provider.test:8080' } }],
  [/^bob authorizes \(app main\)/, loginAmong(BOB, MAIN)],
  [/^get_user_info with the token bob just got/, tokenAmong(BOB, MAIN)],
  [/^carol authorizes on ANOTHER app/, loginAmong(CAROL, OTHER_APP)],
  [/^get_user_info with the token carol just got/, tokenAmong(CAROL, OTHER_APP)],
  [/^bob authorizes again two minutes later/, loginAmong(BOB, MAIN, 120_000)],
  [/^10 simultaneous submits/, { act: (world) => (isError(world.exchange) ? usedKey : pendingKey).act(world) }],
];

/** The state that an exchange needs: its scenario's, or the usual one of its endpoint. */
export function setUpFor(exchange: Exchange): SetUp {
  const found = byScenario.find(([scenario]) => scenario.test(exchange.scenario));
  return found?.[1] ?? byEndpoint[exchange.endpoint] ?? {};
}

function personIn({ response }: Exchange): string {
  return /"user_id":"(\d+)"/.exec(response.body)?.[1] ?? RENEE;
}

function isError({ response }: Exchange): boolean {
  return response.body.startsWith('{"error"');
}

function disabled(): SetUp {
  return { ...approved, options: { moduleEnabled: false } };
}

/** The message of the database names the recorded site's own table, so it is part of the state. */
function sqlErrorOf({ provider, exchange }: ReplayWorld): void {
  const { message } = JSON.parse(exchange.response.body) as { message: string };
  provider.configure({ sqlError: message });
}

/** Alice accepted first and logged in; then the person starts a login, some time later. */
function loginAmong(userId: string, appId: string, later = 0): SetUp {
  return {
    act: async (world) => {
      await world.logIn(ALICE, MAIN);
      await world.logIn(BOB, MAIN);
      world.provider.advance(later);
      return { authKey: await world.startLogin(userId, appId) };
    },
  };
}

function tokenAmong(userId: string, appId: string): SetUp {
  return {
    act: async (world) => {
      await world.logIn(ALICE, MAIN);
      world.provider.advance(61_000);
      return { token: await world.logIn(userId, appId) };
    },
  };
}
