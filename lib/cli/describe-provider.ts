import { snippetsFor } from '../provider/dashboard/snippets.js';
import type { LocalProvider } from '../provider/start-provider.js';

/** What the command prints about a provider that it started: all that one needs to log in with it. */
export function describeProvider(provider: LocalProvider): string {
  const { name, version, authorizeMethod, url, users } = provider;
  const [app] = provider.apps;
  // There is always one: a provider that starts without an app registers one.
  if (app === undefined) throw new Error('this provider has no app');
  const { env, javaScript, startURL } = snippetsFor(app, { name, url });
  const authorize = authorizeMethod === 'POST' ? 'POST (form)' : 'GET (query)';
  return `${name} is running at ${url} (version ${version}, ${String(users.length)} people). Ctrl-C stops it.

  URL           ${url}
  app_id        ${app.appId}
  app_secret    ${app.appSecret}
  redirect URL  ${app.redirectURL}

Environment:

${indented(env)}

Express app (npm install express passport passport-loginwith):

${indented(javaScript)}

Run it with these variables and open ${startURL}

In any other language:

  1. Send the browser to  ${url}/api/oauth?app_id=${app.appId}
  2. It comes back to     ${app.redirectURL}?auth_key=KEY
  3. ${authorize.padEnd(20)} ${url}/api/authorize  with app_id, app_secret, auth_key
  4. ${'GET'.padEnd(20)} ${url}/api/get_user_info?access_token=TOKEN

More apps, and the whole protocol: ${url}/developers
`;
}

function indented(text: string): string {
  return text
    .trimEnd()
    .split('\n')
    .map((each) => (each === '' ? '' : `  ${each}`))
    .join('\n');
}
