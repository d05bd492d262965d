import { doctorAdvice } from '../internal/doctor-advice.js';
import { LoginWithError, type LoginErrorCode, type LoginStage } from '../errors.js';

/**
 * Turns the provider's `{ error, message }` into an error. Pure.
 *
 * @returns `undefined` if the response is no refusal; else an error with `app_id_invalid`, `app_secret_invalid`,
 *   `auth_key_invalid`, `token_expired`, `module_disabled` or, for a message that is not known, `provider_error`.
 */
export function explainRefusal(json: unknown, providerName: string, stage: LoginStage): LoginWithError | undefined {
  if (!isRefusal(json)) return undefined;
  const refusal = knownRefusals.get(json.message) ?? unknownRefusal;
  return new LoginWithError(`${stage}: ${providerName} ${refusal.what}`, { ...refusal, stage });
}

/** Whether the provider looked for the parameters of `authorize` in another place. The key is not used up then. */
export function foundNoParameters(json: unknown): boolean {
  return isRefusal(json) && json.message === invalidAppId;
}

interface Refusal {
  code: LoginErrorCode;
  what: string;
  hint: string;
  retryable?: boolean;
}

const invalidAppId = 'Bad Request, invalid app_id';

/** The provider's own message is left out: it comes in any language, and can hold raw SQL with values in it. */
const unknownRefusal: Refusal = {
  code: 'provider_error',
  what: 'refused with a message of its own',
  hint:
    'Check on the dashboard that the app still exists and that the site has "Log in With" switched on. ' +
    'Sites also answer like this when their database fails.',
  retryable: true,
};
/** The usual case: an app of the local provider, and PIMBUZZ_URL is not set, so that the real site is asked. */
const otherSiteAdvice =
  'Each site has its own apps: one of a local provider is known there only, so set "provider" to its URL (such as ' +
  'PIMBUZZ_URL).';
const unknownApp: Refusal = {
  code: 'app_id_invalid',
  what: 'does not know the app',
  hint: `Compare appId with the dashboard; the app may have been deleted there. ${otherSiteAdvice} ${doctorAdvice}`,
};
const disabledModule: Refusal = {
  code: 'module_disabled',
  what: 'has switched "Log in With" off',
  hint: "Only the site's administrator can switch it on again.",
};

/**
 * Fixed English, and those messages that are translated and differ by version (PROTOCOL.md, `authorize`). English is
 * asked for; other languages come if something in front of the site drops parameters that it does not know.
 */
const knownRefusals = new Map<unknown, Refusal>([
  [
    invalidAppId,
    {
      code: 'app_id_invalid',
      what: 'does not accept the appId',
      hint: `Compare appId with the dashboard. ${otherSiteAdvice} ${doctorAdvice}`,
    },
  ],
  [
    'Bad Request, invalid app_secret',
    {
      code: 'app_secret_invalid',
      what: 'does not accept the appSecret',
      hint: `Compare appSecret with the dashboard; upper and lower case matter. ${doctorAdvice}`,
    },
  ],
  [
    'Bad Request, invalid auth_key',
    {
      code: 'auth_key_invalid',
      what: 'does not accept the auth_key',
      hint: 'The key was used before, or another login of the same user replaced it. Start the login again.',
      retryable: true,
    },
  ],
  [
    'Bad Request, invalid access_token',
    {
      code: 'token_expired',
      what: 'does not know the access token any more',
      hint: 'A newer login replaced the token, or the user removed the app. Start the login again.',
      retryable: true,
    },
  ],
  [
    'Bad Request, expired access_token',
    {
      code: 'token_expired',
      what: 'says that the access token has expired',
      hint: 'A token lives about a minute. Start the login again.',
      retryable: true,
    },
  ],
  ["We're sorry, but the application you're trying to use doesn't exist or has been disabled", unknownApp],
  ['This feature has been disabled by the admin', disabledModule],
  ['The developers module has been disabled by the admin', disabledModule],
  ['Nous sommes désolés, mais l’application que vous essayez d’utiliser n’existe pas ou a été désactivée', unknownApp],
  ["Cette fonction a été désactivée par l'administrateur", disabledModule],
  ['Das Entwicklermodul wurde vom Administrator deaktiviert', disabledModule],
]);

function isRefusal(json: unknown): json is { error: unknown; message?: unknown } {
  return typeof json === 'object' && json !== null && 'error' in json && json.error !== false;
}
