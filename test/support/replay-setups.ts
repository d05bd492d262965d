import type { StartOptions } from '../../lib/provider/index';
import type { Exchange, ReplayWorld } from './replay';

export const mainApp = '122414611439820';
export const renee = '2';
const alice = '8';
const bob = '9';
const carol = '10';
const otherApp = '65786161901840';

/** The state of the provider before the recorded request is sent. */
export interface SetUp {
  options?: StartOptions;
  /** Brings the provider into the state, and returns the key or token to send instead of the recorded one. */
  act?: (world: ReplayWorld) => Promise<{ authKey?: string; token?: string }>;
}

const pendingKey = {
  act: async (world: ReplayWorld) => ({ authKey: await world.startLogin(renee, mainApp) }),
};
const usedKey = {
  act: async (world: ReplayWorld) => {
    const authKey = await world.startLogin(renee, mainApp);
    await world.exchangeKey(mainApp, authKey);
    return { authKey };
  },
};
const freshToken = {
  act: async (world: ReplayWorld) => ({ token: await world.logIn(userIn(world.exchange), mainApp) }),
};
const granted = {
  act: (world: ReplayWorld) => {
    world.provider.approve(renee, world.appId ?? mainApp);
    return Promise.resolve({});
  },
};
const tokenOfAge = (seconds: number) => ({
  act: async (world: ReplayWorld) => {
    const token = await world.logIn(renee, mainApp);
    world.provider.advance(seconds * 1000);
    return { token };
  },
});
/** Acts while everything works, and changes the site afterwards. */
const under = (change: (world: ReplayWorld) => void, { act }: SetUp): SetUp => ({
  act: async (world) => {
    const given = (await act?.(world)) ?? {};
    change(world);
    return given;
  },
});

const byEndpoint: Record<string, SetUp> = { oauth: granted, authorize: pendingKey, get_user_info: freshToken };

const byScenario: readonly (readonly [RegExp, SetUp])[] = [
  [/^(not logged in|logged in, )/, {}],
  [/^user e-mail not activated/, {}],
  [/^oauth start after revocation/, under(({ provider }) => provider.revoke(renee, mainApp), granted)],
  [/^(replay of the used auth_key|GET after that HEAD)/, usedKey],
  [
    /^same auth_key again with the right host/,
    {
      act: async (world) => {
        const authKey = await world.startLogin(renee, mainApp);
        const { appSecret } = world.provider.apps.find((app) => app.appId === mainApp)!;
        const body = `app_id=${mainApp}&app_secret=${appSecret}&auth_key=${authKey}`;
        const host = { host: 'www.other.example' };
        const form = { ...host, 'content-type': 'application/x-www-form-urlencoded' };
        const isPost = world.exchange.authorizeMethod === 'POST';
        const response = isPost
          ? await world.send('/api/authorize', { method: 'POST', headers: form, body })
          : await world.send(`/api/authorize?${body}`, { headers: host });
        if (response.status !== 302 || !response.body.includes('access_token'))
          throw new Error('not as on a wrong host');
        return { authKey };
      },
    },
  ],
  [
    /^same auth_key with the right secret afterwards/,
    {
      act: async (world) => {
        const authKey = await world.startLogin(renee, mainApp);
        const body = `app_id=${mainApp}&app_secret=wrong&auth_key=${authKey}`;
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
        const authKey = await world.startLogin(renee, mainApp);
        await world.startLogin(renee, mainApp);
        return { authKey };
      },
    },
  ],
  [/issued before the user revoked/, under(({ provider }) => provider.revoke(renee, mainApp), pendingKey)],
  [/^developers module disabled|^module disabled/, disabled()],
  [
    /^login 4 when the token is 61 s old/,
    {
      act: async (world) => {
        await world.logIn(renee, mainApp);
        world.provider.advance(61_000);
        return { authKey: await world.startLogin(renee, mainApp) };
      },
    },
  ],
  [
    /^the replaced \(older\) token/,
    {
      act: async (world) => {
        const token = await world.logIn(renee, mainApp);
        world.provider.advance(61_000);
        await world.logIn(renee, mainApp);
        return { token };
      },
    },
  ],
  [/(once it is 61 s old|token 61 s old|about one minute after authorize)/, tokenOfAge(61)],
  [/^token 3599 s old/, tokenOfAge(3599)],
  [/^token 3601 s old/, tokenOfAge(3601)],
  [/^token of a deleted user/, under(({ provider }) => provider.deleteUser(renee), freshToken)],
  [/^token of a user banned/, under(({ provider }) => provider.updateUser(alice, { banned: true }), freshToken)],
  [/^DEBUGGING=true: get_user_info wrong token/, { options: { debugging: true } }],
  [/wrong token|access_token=null|POST with the token in the body only/, {}],
  [
    /^database down: get_user_info|mysqli exceptions/,
    under(({ provider }) => provider.configure({ databaseDown: true }), freshToken),
  ],
  [/^database down: authorize/, under(({ provider }) => provider.configure({ databaseDown: true }), pendingKey)],
  [/^site in maintenance/, under(({ provider }) => provider.configure({ maintenance: true }), granted)],
  [/^SQL error/, under(sqlErrorOf, pendingKey)],
  [/^DEBUGGING=true: authorize/, { ...pendingKey, options: { debugging: true } }],
  [/^DEBUGGING=true: get_user_info/, { ...freshToken, options: { debugging: true } }],
  [/^DEBUGGING=true and output_buffering=0/, { ...freshToken, options: { debugging: 'unbuffered' } }],
  [/^site URL on a non-default port/, { ...freshToken, options: { siteURL: 'http://provider.test:8080' } }],
  [/^bob authorizes \(app main\)/, loginAmong(bob, mainApp)],
  [/^get_user_info with the token bob just got/, tokenAmong(bob, mainApp)],
  [/^carol authorizes on ANOTHER app/, loginAmong(carol, otherApp)],
  [/^get_user_info with the token carol just got/, tokenAmong(carol, otherApp)],
  [/^bob authorizes again two minutes later/, loginAmong(bob, mainApp, 120_000)],
  [/^10 simultaneous submits/, { act: (world) => (isError(world.exchange) ? usedKey : pendingKey).act(world) }],
];

/** The state that an exchange needs: its scenario's, or the usual one of its endpoint. */
export function setUpFor(exchange: Exchange): SetUp {
  const found = byScenario.find(([scenario]) => scenario.test(exchange.scenario));
  return found?.[1] ?? byEndpoint[exchange.endpoint] ?? {};
}

function userIn({ response }: Exchange): string {
  return /"user_id":"(\d+)"/.exec(response.body)?.[1] ?? renee;
}

function isError({ response }: Exchange): boolean {
  return response.body.startsWith('{"error"');
}

function disabled(): SetUp {
  return { ...granted, options: { moduleEnabled: false } };
}

/** The message of the database names the recorded site's own table, so it is part of the state. */
function sqlErrorOf({ provider, exchange }: ReplayWorld): void {
  const { message } = JSON.parse(exchange.response.body) as { message: string };
  provider.configure({ sqlError: message });
}

/** Alice accepts first and logs in; then the user starts a login, some time later. */
function loginAmong(userId: string, appId: string, later = 0): SetUp {
  return {
    act: async (world) => {
      await world.logIn(alice, mainApp);
      await world.logIn(bob, mainApp);
      world.provider.advance(later);
      return { authKey: await world.startLogin(userId, appId) };
    },
  };
}

function tokenAmong(userId: string, appId: string): SetUp {
  return {
    act: async (world) => {
      await world.logIn(alice, mainApp);
      world.provider.advance(61_000);
      return { token: await world.logIn(userId, appId) };
    },
  };
}
