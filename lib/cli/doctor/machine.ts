import { isCookieSecret } from '../../internal/cookie-secret.js';
import type { Environment } from './environment.js';
import { notChecked, ok, problem, warning, type Finding } from './findings.js';
import { findMisnamed, type ProviderSetup } from './setups.js';
import { cleanValue } from './values.js';

/** Checks Node's version against that in package.json, such as `>=20.19`. */
export function checkNode(version: string, range: string): Finding {
  const needed = range.replace(/^>=/, '');
  if (isAtLeast(version, needed)) return ok('node', `${version} (${needed} or newer is needed)`);
  return problem('node', `${version} is too old`, `Install Node ${needed} or newer, and run the app with it.`);
}

/**
 * Checks the secret that seals the cookies.
 *
 * @param isStarting whether a running app starts logins, so that it has what it needs, perhaps on another machine
 */
export function checkCookieSecret(
  environment: Environment,
  setups: readonly ProviderSetup[],
  isStarting: boolean,
): Finding {
  const value = cookieSecretNames.map((name) => environment.find(name)).find((each) => each !== undefined);
  if (value === undefined) return explainMissing(environment, isStarting);
  const { name, text } = value;
  const { text: clean, mistake } = cleanValue(text);
  const renew = `Set ${name} to what this prints: node -p "crypto.randomBytes(32).toString('hex')"`;
  if (clean === '') return problem('cookie-secret', `${name} is empty`, `${renew}.`);
  const appSecret = setups.map((setup) => setup.appSecret).find((each) => each && cleanValue(each.text).text === clean);
  if (appSecret !== undefined)
    return problem('cookie-secret', `${name} is the same as ${appSecret.name}, which can be guessed`, renew);
  const length = `${name} has ${clean.length} characters`;
  if (!isCookieSecret(clean)) return problem('cookie-secret', `${length}, and 32 are needed`, renew);
  if (isExample(clean)) return problem('cookie-secret', `${name} can be guessed: it is no random text`, renew);
  if (mistake !== undefined && !mistake.includes('in it')) {
    return warning(
      'cookie-secret',
      `${name} ${mistake}`,
      `Write it without; all processes of the app need the same value.`,
    );
  }
  return ok('cookie-secret', length);
}

/** Warns of the switch that makes every connection of the process open to anybody on the way. */
export function checkTLSVerification(environment: Environment): Finding[] {
  if (environment.find('NODE_TLS_REJECT_UNAUTHORIZED')?.text !== '0') return [];
  return [
    problem(
      'tls-verification',
      'NODE_TLS_REJECT_UNAUTHORIZED=0 switches it off, so anybody on the way can read the app secret',
      'Remove it. For a certificate authority of your own, set NODE_EXTRA_CA_CERTS to the file of its certificate.',
    ),
  ];
}

/** The values that must not be shown, as given and as meant. */
export function readSecrets(environment: Environment, setups: readonly ProviderSetup[]): string[] {
  const named = environment.names.filter((name) => /SECRET/i.test(name));
  const texts = [
    ...named.map((name) => environment.find(name)?.text ?? ''),
    ...setups.flatMap(({ appSecret, appId }) => [
      appSecret?.text ?? '',
      isDigits(appId?.text) ? '' : (appId?.text ?? ''),
    ]),
  ];
  return [...new Set(texts.flatMap((text) => [text, cleanValue(text).text]))].filter((text) => text !== '');
}

function isAtLeast(version: string, needed: string): boolean {
  const [have, need] = [version, needed].map((text) => text.replace(/^v/, '').split('.').map(Number));
  const differences = [0, 1, 2].map((index) => (have?.[index] ?? 0) - (need?.[index] ?? 0));
  return (differences.find((difference) => difference !== 0) ?? 0) >= 0;
}

function isDigits(text: string | undefined): boolean {
  return text !== undefined && /^\d+$/.test(text);
}

const cookieSecretNames = ['SESSION_SECRET', 'COOKIE_SECRET'];

function explainMissing(environment: Environment, isStarting: boolean): Finding {
  const other = findMisnamed('SESSION_SECRET', environment);
  if (other !== undefined) {
    const found = `SESSION_SECRET is not set, but ${other} is`;
    return problem('cookie-secret', found, `Rename ${other} to SESSION_SECRET.`);
  }
  const found = `SESSION_SECRET is not in ${environment.place}`;
  if (isStarting)
    return notChecked('cookie-secret', found, 'Run the doctor with the variables of the app to check it.');
  return problem(
    'cookie-secret',
    found,
    `Set it to what this prints, the same for all processes of the app: node -p "crypto.randomBytes(32).toString('hex')"`,
  );
}

/** Whether a secret comes from a tutorial, or was typed with one finger. */
function isExample(secret: string): boolean {
  return (
    /keyboard.?cat|change.?(?:me|this|it)|replace|your.?(?:secret|session|cookie|own)|example|placeholder|password|s3cr3t/i.test(
      secret,
    ) ||
    /^(?:a |the |my |super |very |some |top )*(?:session |cookie )*secret(?: of the app| key| here)?$/i.test(
      secret.replace(/[-_]/g, ' '),
    ) ||
    /01234567|12345678|abcdefgh|qwertyui|azertyui/i.test(secret) ||
    // Of random characters many more are digits, and none of them make this word.
    (/secret/i.test(secret) && secret.replace(/\D/g, '').length < 5) ||
    new Set(secret).size < 8
  );
}
