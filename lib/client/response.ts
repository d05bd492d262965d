import { doctorAdvice } from '../internal/doctor-advice.js';
import { LoginWithError, type LoginErrorCode, type LoginStage } from '../errors.js';
import { parseWebURL, trimSlashes } from '../internal/urls.js';
import type { Provider } from '../types.js';

/** A response of the provider's API, with its JSON parsed. */
export interface APIResponse {
  json: unknown;
  /** The body, decompressed. */
  text: string;
  /** Present if the call went to another base URL than the site's own, which it may not tell. */
  otherSite?: { baseURL: string | undefined };
}

/** What a response consists of before anything in it is checked. */
export interface RawResponse {
  status: number;
  /** `Content-Type`, or an empty string. */
  type: string;
  /** `Location`, or an empty string. */
  location: string;
  /** The body, decompressed. */
  text: string;
}

/**
 * Parses the JSON of a response. A redirect may carry JSON too: the provider sends both when the request has another
 * scheme or host than the site is configured for (PROTOCOL.md, the transport).
 *
 * @param toMessage adds the stage, the provider's name and the time that passed to what happened.
 * @throws LoginWithError `provider_unavailable`, `provider_redirected`, `response_html`, `response_not_json`,
 *   `response_unexpected`.
 */
export function readResponse(
  response: RawResponse,
  provider: Provider,
  stage: LoginStage,
  toMessage: (what: string) => string,
): APIResponse {
  const { status, type, location, text } = response;
  const what = text === '' ? 'an empty body' : 'something other than JSON';
  const fail = (code: LoginErrorCode, message: string, hint: string, retryable = true) =>
    new LoginWithError(toMessage(message), { code, stage, hint, retryable });

  if (status >= 500) {
    throw fail(
      'provider_unavailable',
      `answered ${status}${text === '' ? ' with an empty body' : ''}`,
      'The site is out of order. Start the login again later.',
    );
  }
  const json = status < 400 ? parseJSON(text) : undefined;
  if (json !== undefined) {
    const siteURL = status < 300 ? provider.baseURL : readSiteURL(location);
    return siteURL === provider.baseURL ? { json, text } : { json, text, otherSite: { baseURL: siteURL } };
  }
  if (status >= 300 && status < 400) {
    const origin = originOf(location);
    throw fail(
      'provider_redirected',
      `answered ${status} without JSON`,
      "A redirect is never followed, because the request holds secrets. Set the provider's base URL to " +
        `${origin ?? "the site's own address"}. ${doctorAdvice}`,
      false,
    );
  }
  if (/html/i.test(type)) {
    throw new LoginWithError(
      `${toMessage(`answered ${status} with HTML instead of JSON`)}; is ${provider.baseURL} the right base URL?`,
      {
        code: 'response_html',
        stage,
        hint: `${status === 404 ? noAPIHint : closedHint} ${doctorAdvice}`,
        retryable: true,
      },
    );
  }
  if (status >= 400)
    throw fail(
      'response_unexpected',
      `answered ${status} with ${what}`,
      `Check that ${provider.baseURL} is the right base URL and that nothing in front of it blocks this server. ${doctorAdvice}`,
    );
  throw fail(
    'response_not_json',
    `answered ${status} with ${what}`,
    text.trimStart().startsWith('<')
      ? 'The site prints HTML before its JSON, which sites in debug mode do. Tell the provider.'
      : `Check that ${provider.baseURL} is the right base URL.`,
  );
}

const noAPIHint = 'No API is there. A base URL ends before "/api", and has a path only if the site is in a folder.';
const closedHint =
  'A site answers with HTML during maintenance, when its database is down, and to addresses that it has banned.';

function parseJSON(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // The parser's error quotes the text, and a token may be in it.
    return undefined;
  }
}

/** With JSON in the redirect, `Location` is the site's home page. */
function readSiteURL(location: string): string | undefined {
  const url = parseWebURL(location);
  return url && url.origin + trimSlashes(url.pathname);
}

/** Scheme and host of a `Location`, the only parts of it that may be shown. */
export function originOf(location: string): string | undefined {
  return parseWebURL(location)?.origin;
}
