import { readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { parseEnv } from 'node:util';
import { snippetsFor } from '../../provider/dashboard/snippets.js';
import { isWebURL } from '../../provider/store/app-form.js';
import { sessionSecretFor } from '../../provider/store/secret.js';
import { readState } from '../../provider/store/state-file.js';
import { stateFolder } from '../provider/kept-state.js';
import { findHolderURL } from '../provider/state-lock.js';

/** The local providers that keep their apps in a folder. */
export interface LocalProviders {
  /** Where those are that run. */
  readonly urls: readonly string[];
  /** What an app gets from those that run, in its environment, and the redirect URLs. */
  readonly variables: ReadonlyMap<string, string>;
  /** Whether there are any, and none runs. */
  readonly areStopped: boolean;
}

/** Finds what `passport-loginwith provider` keeps in the folder in which it runs. */
export function findLocalProviders(folder: string): LocalProviders {
  const files = listFiles(join(folder, stateFolder)).filter((file) => file.endsWith('.json'));
  const running = files.flatMap((file) => {
    const path = join(folder, stateFolder, file);
    const url = findHolderURL(path);
    const variables = url === undefined ? [] : readVariables(path, { name: basename(file, '.json'), url });
    return url === undefined || variables.length === 0 ? [] : [{ url, variables }];
  });
  return {
    urls: running.map(({ url }) => url),
    variables: new Map(running.flatMap(({ variables }) => variables)),
    areStopped: files.length > 0 && running.length === 0,
  };
}

function listFiles(folder: string): string[] {
  try {
    return readdirSync(folder).sort();
  } catch {
    return [];
  }
}

/** Reads the variables of the app that the command shows. */
function readVariables(path: string, site: { name: string; url: string }): [name: string, text: string][] {
  const state = findState(path);
  const app = state?.apps[0];
  if (state === undefined || app === undefined) return [];
  const { env, prefix } = snippetsFor(app, { ...site, sessionSecret: sessionSecretFor(state.cookieSecret, app.appId) });
  const redirectURL = isWebURL(app.redirectURL) ? { [`${prefix}_CALLBACK_URL`]: app.redirectURL } : {};
  return Object.entries({ ...parseEnv(env), ...redirectURL }).flatMap(([name, text]) =>
    text === undefined ? [] : [[name, text]],
  );
}

/** A file that cannot be used is that of no provider that runs. */
function findState(path: string): ReturnType<typeof readState> {
  try {
    return readState(path);
  } catch {
    return undefined;
  }
}
