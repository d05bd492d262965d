import type { LocalProvider, RegisteredApp } from '../../provider/index.js';
import { installCommand, type snippetsFor } from '../../provider/dashboard/snippets.js';
import { redirectURLTraps } from '../../provider/store/app-form.js';
import type { KeptState } from './kept-state.js';
import type { AppCommand } from './run-app.js';

/** A provider that has just started, and the app to show. */
export interface StartedProvider {
  provider: LocalProvider;
  app: RegisteredApp;
  snippets: ReturnType<typeof snippetsFor>;
  kept: KeptState;
}

/** Everything that one needs to log in with this provider. */
export function startMessage({ provider, app, snippets, kept }: StartedProvider): string {
  const { name, version, authorizeMethod, url, users } = provider;
  const authorize = authorizeMethod === 'POST' ? 'POST (form)' : 'GET (query)';
  return `${name} is running at ${url} (version ${version}, users: ${String(users.length)}). Ctrl-C stops it.

  console       ${url}/console     what your app sends, and what can go wrong
  dashboard     ${url}/developers  more apps, and the whole protocol
  app_id        ${app.appId}
  app_secret    ${app.appSecret}
  redirect URL  ${app.redirectURL}
  ${keptLine(kept)}

"npx passport-loginwith provider -- node app.mjs" starts an app with it. Or put these lines into a file .env, for
"node --env-file=.env app.mjs":

${snippets.env}
A whole app, for a file app.mjs (${installCommand}):

${snippets.javaScript}
Then open ${snippets.startURL} (does it not work? npx passport-loginwith doctor)

In any other language:

  1. Send the browser to  ${url}/api/oauth?app_id=${app.appId}
  2. It comes back to     ${app.redirectURL}?auth_key=KEY
  3. ${authorize.padEnd(20)} ${url}/api/authorize  with app_id, app_secret, auth_key
  4. ${'GET'.padEnd(20)} ${url}/api/get_user_info?access_token=TOKEN
`;
}

/** The same in short, for an app that gets all it needs in its environment. */
export function appMessage({ provider, app, snippets, kept }: StartedProvider, command: AppCommand): string {
  const { name, version, url, users } = provider;
  const variables = ['URL', 'APP_ID', 'APP_SECRET'].map((variable) => `${snippets.prefix}_${variable}`);
  return `${name} is running at ${url} (version ${version}, users: ${String(users.length)}). Ctrl-C stops it and the app.

  console       ${url}/console     what your app sends, and what can go wrong
  redirect URL  ${app.redirectURL}
  ${keptLine(kept)}

Starting "${command.join(' ')}" with ${variables.join(', ')} and SESSION_SECRET in its environment.
`;
}

/** What may go wrong, for stderr. */
export function startWarnings({ app, kept }: StartedProvider): string[] {
  const traps = redirectURLTraps(app.redirectURL);
  const warnings: string[] = [];
  if (kept.type === 'none' && kept.reason !== undefined) {
    warnings.push(`Nothing is kept over a restart: ${kept.reason}. --state FILE names another place.`);
  }
  if (traps.fragment) {
    warnings.push(
      'Nobody can log in with this redirect URL: browsers keep what stands behind "#" to themselves. ' +
        'Change it with --redirect-url.',
    );
  }
  if (traps.query) {
    warnings.push(
      `The site appends the key to the redirect URL as it is: ${app.redirectURL}?auth_key=KEY. Most frameworks read ` +
        'the key as part of another parameter. passport-loginwith finds it; a URL without "?" works everywhere.',
    );
  }
  return warnings;
}

function keptLine(kept: KeptState): string {
  if (kept.type === 'none') return 'kept in       nothing: apps, users and grants end with this command';
  const before =
    kept.backup === undefined ? '' : `\n                started afresh; the earlier ones are in ${kept.backup}`;
  return `kept in       ${kept.file} (apps, users, grants; --reset starts afresh)${before}`;
}
