import type { StartOptions, UserInput } from '../../lib/provider/index';
import type { Exchange, ReplayWorld } from './replay';
import { mainApp } from './replay-setups';

/** The user, and the key and the token that they had before the recorded request was sent. */
export interface Pending {
  authKey: string;
  token: string;
  userId: string;
}

interface RequestSetUp {
  options: StartOptions;
  /** Brings the provider into the state in which the request was sent. */
  prepare(world: ReplayWorld): Promise<Pending>;
}

/** The state for a request of `requests.json`: a user with a pending key and a token, and what its scenario says. */
export function setUpForRequest({ engine, scenario }: Exchange): RequestSetUp {
  const user = recordedUser(engine);
  const changes = userChanges(scenario);
  return {
    options: { name: engine === '2.8' ? 'Sngine' : 'Site', users: [user] },
    async prepare(world) {
      const token = await world.logIn(user.id, mainApp);
      const authKey = await world.startLogin(user.id, mainApp);
      world.provider.configure(siteConditions(scenario));
      world.provider.updateUser(user.id, changes);
      if (scenario.includes('not accepted yet')) world.provider.revoke(user.id, mainApp);
      return { authKey, token, userId: user.id };
    },
  };
}

/** Whether the request left the pending key as it was, where the recording says so. */
export async function isKeyStillValid(world: ReplayWorld, { authKey }: Pending): Promise<boolean> {
  try {
    await world.exchangeKey(mainApp, authKey);
    return true;
  } catch {
    return false;
  }
}

export function wasKeyStillValid({ note }: Exchange): boolean | undefined {
  if (note === 'pending key afterwards: still valid') return true;
  return note === 'pending key afterwards: used or replaced' ? false : undefined;
}

function recordedUser(engine: Exchange['engine']): UserInput & { id: string } {
  if (engine === '2.8') {
    const registered = '2026-11-23 01:14:03';
    return { id: '2', username: 'bobby', email: 'bob@example.org', firstName: 'Bob', gender: 'male', registered };
  }
  const [hash, registered] =
    engine === '4.0.3'
      ? ['2ab7901dfff04c5befddb812a7119462', '2026-11-23 00:50:47']
      : ['25af532978ed63bbb292b985e963f93a', '2026-11-23 00:50:46'];
  return {
    id: '15',
    username: 'bob',
    email: 'bob@example.org',
    firstName: 'Bob',
    lastName: 'Builder',
    gender: 'male',
    picture: `photos/2026/11/x_${hash}.png`,
    registered,
  };
}

function siteConditions(scenario: string): Parameters<ReplayWorld['provider']['configure']>[0] {
  return {
    ...(/module disabled/.test(scenario) && { moduleEnabled: false }),
    ...(scenario.startsWith('French site') && { language: 'fr' }),
    ...(scenario.includes('English not enabled') && { languages: ['fr', 'de', 'ar', 'es'] }),
    ...(scenario.includes('auto_language_detection off') && { languageDetection: false }),
    ...(scenario.startsWith('private site') && { private: true }),
    ...(scenario.startsWith('uploads on a CDN') && { uploadsURL: 'https://cdn.provider.test/up' }),
    ...(scenario.startsWith('uploads on S3') && { uploadsURL: 'https://s3.eu-west-3.amazonaws.com/buck/uploads' }),
    ...(scenario.startsWith('uploads folder renamed') && { uploadsURL: '/media' }),
  };
}

function userChanges(scenario: string): Partial<UserInput> {
  return {
    ...(scenario.startsWith('gender 3') && { gender: 'other' }),
    ...(scenario.includes('person with cover but no picture') && { picture: null, cover: 'photos/2026/11/cover.jpg' }),
    ...(scenario.includes('person has no package') && { hasPackage: false }),
    ...(scenario === 'profile not finished' && { started: false }),
  };
}
