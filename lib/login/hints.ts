import { redactURL } from '../errors.js';
import { doctorAppAdvice } from '../internal/doctor-advice.js';
import type { LoginSettings } from '../options.js';
import { isLoopback } from '../providers.js';
import type { Attempt } from '../types.js';
import { findHiddenHost, type RequestOrigin } from './cross-site.js';
import type { AttemptCookieReading, AttemptVerdict } from './attempt-cookie.js';
import type { LoginRequest } from './outcome.js';

/** The hint for a browser that starts one login after the other. */
export const loopHint =
  'The app sends users back to the login right after it. Likely causes: the session cookie does not come back (it is ' +
  'secure but "trust proxy" is not set, or it has another domain), the session is not saved before the redirect, or ' +
  `the registered redirect URL has a "#", which hides the key. ${doctorAppAdvice}`;

/** The hint for a request of a login route that no user has made. */
export const embeddedHint =
  'A picture, a frame or a script requested the page. Send the browser there with a link or a redirect.';

/** Returns the hint for a POST that does not come from a page of the app. */
export function explainForeignPost(request: RequestOrigin): string {
  const hidden = findHiddenHost(request);
  if (hidden === undefined)
    return 'Send it with a form or fetch of the same origin; list other origins of the app in "trustedOrigins".';
  const { sender, received } = hidden;
  return (
    `The page that sent it is on ${sender.host}, and the request was received for ${received}. If both are this app, a ` +
    'proxy hides the host. Let it pass the header on (nginx: proxy_set_header Host $http_host;) or send ' +
    `X-Forwarded-Host to an app that trusts it (Express: "trust proxy"), or list ${sender.origin} in "trustedOrigins".`
  );
}

/** Returns the hint for a request on the path of `callbackURL` without a key. */
export function explainMissingKey(
  { callbackURL, provider }: LoginSettings,
  { headers }: Pick<LoginRequest, 'headers'>,
): string {
  const usualCause = `${hashAt(provider)} Register exactly ${redactURL(callbackURL ?? '')}. ${doctorAppAdvice}`;
  return headers.cookie === undefined
    ? `${usualCause} Or the browser blocks cookies: the request has none, and without them nobody can log in.`
    : usualCause;
}

/** Returns the hint for a start that looks like a callback without a key. */
export function explainLostKey({ provider }: LoginSettings): string {
  return (
    'A login that this browser has started seems to come back to this path without a key, and is taken for a start. ' +
    `${hashAt(provider)} Register the bare address of the callback, and set "callbackURL" to it.`
  );
}

function hashAt({ displayName }: LoginSettings['provider']): string {
  return (
    `The usual cause is a "#" in the redirect URL that is registered at ${displayName}: the provider adds the key ` +
    'behind it, where it never reaches a server.'
  );
}

/** Returns the hint for a callback whose attempt is not valid. */
export function explainInvalidAttempt(
  { provider, name }: LoginSettings,
  host: string,
  attempt: Attempt,
  verdict: Exclude<AttemptVerdict, 'valid'>,
): string {
  switch (verdict) {
    case 'expired':
      return 'The login was started more than ten minutes ago. Start it again.';
    case 'other_host':
      return (
        `The login was started on ${attempt.host} and came back to ${host}. Users must visit the app on the host ` +
        'of its registered redirect URL.'
      );
    case 'other_provider':
      return (
        `The login was started with ${attempt.provider} and came back to the callback route of ${name}. Compare ` +
        `the redirect URL that is registered at ${provider.displayName}.`
      );
  }
}

/**
 * Returns the hint for a callback without an attempt, from the cookies of the request.
 *
 * @param lastHost the host on which a login was started last, by whatever browser.
 */
export function explainMissingAttempt(
  { provider, name }: LoginSettings,
  { host }: Pick<LoginRequest, 'host'>,
  reading: AttemptCookieReading,
  lastHost: string | undefined,
): string {
  if (reading.found) return 'The login that was started here came back before, with another key. Start it again.';
  if (lastHost !== undefined && isTwin(lastHost, host)) {
    return (
      `The last login was started on ${lastHost}, and this callback came to ${host}: to a browser's cookies these are ` +
      `two sites. Open the app on ${host}, the host of the registered redirect URL.`
    );
  }
  switch (reading.why) {
    case 'no_cookies':
      return (
        'The request has no cookies at all. Either the browser blocks them, or the login was started in another ' +
        `browser or on another host name than ${host} (with or without "www.", localhost or 127.0.0.1). ${doctorAppAdvice}`
      );
    case 'other_scheme':
      return (
        'The login was started over https and came back over http, or the other way round. Register the redirect ' +
        `URL with the scheme that users visit, and behind a proxy set Express's "trust proxy" or createLogin's ` +
        `"origin". ${doctorAppAdvice}`
      );
    case 'other_provider':
      return (
        'The browser has started a login with another provider. Compare the redirect URL that is registered at ' +
        `${provider.displayName} with the callback route of ${name}.`
      );
    case 'tampered':
      return (
        'The cookie of the login cannot be opened. It was changed on its way, or sealed with another cookieSecret or ' +
        'appSecret or by another app on this host name.'
      );
    case 'ambiguous':
      return (
        'The browser has two cookies for the login, so another host of this site may have set one. Delete the ' +
        'cookies of the site; over https no other host can set this cookie.'
      );
    case 'not_ours':
      return (
        'The request has cookies, but none of a login. The login was started more than ten minutes ago or on ' +
        `another host name than ${host}, or the link was opened without a start.`
      );
  }
}

/** Whether two names of a host are one site to people. */
function isTwin(one: string, other: string): boolean {
  if (one === other) return false;
  return one === `www.${other}` || other === `www.${one}` || (isLoopback(one) && isLoopback(other));
}
