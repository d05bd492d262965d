import { redactURL } from '../errors.js';
import type { StrategySettings } from '../options.js';
import type { Attempt } from '../types.js';
import type { AttemptCookieReading, AttemptVerdict } from './attempt-cookie.js';

/** Why a browser goes round in circles. */
export const loopHint =
  'The app sends people back to the login right after it. Likely: the session cookie does not come back (a secure cookie without "trust proxy", or another domain), the session is not saved before the redirect, or the registered redirect URL has a "#", which hides the key.';

/** Why a request on the callback's route has no key. */
export function explainMissingKey({ callbackURL, provider }: StrategySettings): string {
  return `The usual cause is a "#" in the redirect URL that is registered at ${provider.displayName}: the key is appended behind it and never reaches a server. Register exactly ${redactURL(callbackURL ?? '')}.`;
}

/** Why a callback belongs to no login of this browser, from the facts on the request. */
export function explainMissingAttempt(
  { provider, name }: StrategySettings,
  host: string,
  reading: AttemptCookieReading,
  verdict: AttemptVerdict | undefined,
  attempt: Attempt | undefined,
): string {
  if (verdict === 'expired') return 'It was started more than ten minutes ago; start again.';
  if (verdict === 'other_host') {
    return `It was started on ${attempt?.host ?? 'another host'} and came back to ${host}: the app must be visited on the host of its registered redirect URL.`;
  }
  if (verdict === 'other_provider')
    return `It was started with ${attempt?.provider ?? 'another provider'} and came back to the callback route of ${name}: compare the redirect URL that is registered at ${provider.displayName}.`;
  if (reading.found) return 'The login that was started here has come back already, with another key; start again.';
  switch (reading.why) {
    case 'no_cookies':
      return `The request has no cookies at all: the browser blocks them, or the login was started in another browser or on another host name than ${host} ("www." or not, localhost or 127.0.0.1).`;
    case 'other_scheme':
      return 'It was started over https and came back over http, or the other way round: register the redirect URL with the scheme that people use, and behind a proxy set Express\'s "trust proxy".';
    case 'other_provider':
      return `A login with another provider is under way: compare the redirect URL that is registered at ${provider.displayName} with the callback route of ${name}.`;
    case 'tampered':
      return 'The cookie of the login cannot be opened: it was changed on its way, or sealed with another appSecret or by another app on this host name.';
    case 'not_ours':
      return `The request has cookies, but none of a login: it was started more than ten minutes ago or on another host name than ${host}, or the link was opened without a start.`;
  }
}
