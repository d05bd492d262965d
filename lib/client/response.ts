import { LoginWithError, type LoginErrorCode, type LoginStage } from '../errors.js';
import type { Provider } from '../types.js';

/** JSON that the provider answered. */
export interface APIAnswer {
  json: unknown;
  text: string;
}

/** What came over the wire. */
export interface Received {
  status: number;
  type: string;
  location: string;
  text: string;
}

/**
 * The JSON of an answer, also when it comes with a redirect, as it does when the scheme or the host is not the one the site is configured for
 * (PROTOCOL.md, the transport). Pure.
 *
 * @param describe puts the stage and the provider's name before a sentence, and the time that passed behind it.
 * @throws LoginWithError `provider_unavailable`, `provider_redirected`, `response_html`, `response_not_json`, `response_unexpected`.
 */
export function readAnswer(
  received: Received,
  provider: Provider,
  stage: LoginStage,
  describe: (what: string) => string,
): APIAnswer {
  const { status, type, location, text } = received;
  const isHTML = /html/i.test(type);
  const what = text === '' ? 'an empty answer' : isHTML ? 'HTML instead of JSON' : 'something else than JSON';
  const fail = (code: LoginErrorCode, message: string, hint: string, retryable = true) =>
    new LoginWithError(describe(message), { code, stage, hint, retryable });

  if (status >= 500) {
    throw fail(
      'provider_unavailable',
      `answered ${status} with ${text === '' ? 'an empty body' : 'a body that is not used'}`,
      'The site is out of order; the login can be started again later.',
    );
  }
  const json = status < 400 ? parseJSON(text) : undefined;
  if (json !== undefined) return { json, text };
  if (status >= 300 && status < 400) {
    const origin = originOf(location);
    throw fail(
      'provider_redirected',
      `answered ${status} without JSON`,
      `Redirects are not followed with secrets. Set the provider's base URL to ${origin ?? 'the address that the site uses itself'}.`,
      false,
    );
  }
  if (isHTML) {
    throw fail(
      'response_html',
      `answered ${status} with HTML instead of JSON; is ${provider.baseURL} the right base URL?`,
      'Sites answer so in maintenance, when their database is down, and to addresses that they have banned.',
    );
  }
  if (status >= 400)
    throw fail(
      'response_unexpected',
      `answered ${status} with ${what}`,
      `Is ${provider.baseURL} the right base URL, and does nothing in front of it block this server?`,
    );
  throw fail(
    'response_not_json',
    `answered ${status} with ${what}`,
    /^\s*</.test(text)
      ? 'The site prints HTML before its JSON, as it does in debug mode; tell the provider.'
      : `Is ${provider.baseURL} the right base URL?`,
  );
}

function parseJSON(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // The parser's error quotes the text, and a token may be in it.
    return undefined;
  }
}

/** Scheme and host of a `Location`, which is all of it that may be shown. */
export function originOf(location: string): string | undefined {
  return URL.canParse(location) ? new URL(location).origin : undefined;
}
