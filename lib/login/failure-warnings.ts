import { startDebugOutput } from '../diagnostics/debug.js';
import { hasSubscribers, summarizeFailure, type EventResult } from '../diagnostics/events.js';
import { toSentences } from '../internal/sentences.js';
import { emitWarning, isDevelopment } from '../internal/warning.js';
import type { LoginSettings } from '../options.js';
import type { AttemptCookieContent } from './attempt-cookie.js';
import { explainLostKey } from './hints.js';
import { fail } from './outcome.js';

/** What is told of a failure. */
type Failure = EventResult & { result: 'failure' };

/**
 * Warns of a failure that nobody sees in the terminal, once for each code: in development of all of them, elsewhere
 * only of those that are the app's or the provider's affair, and only if no tool of the operators sees them.
 */
export function warnOfFailure(failure: Failure): void {
  if (startDebugOutput().includes('passport-loginwith:outcome') || process.env.NODE_ENV === 'test') return;
  if (isDevelopment() || (failure.status >= 500 && !hasSubscribers('passport-loginwith:outcome'))) warnOnce(failure);
}

/**
 * Warns of a start that looks like a callback without its key: it comes from another site, on another path than the
 * last start, and to a browser that has a login under way. It is no outcome, so nobody else tells it.
 */
export function warnOfLostKey(settings: LoginSettings, { attempts }: Pick<AttemptCookieContent, 'attempts'>): void {
  if (!attempts.some(({ usedFor }) => usedFor === undefined)) return;
  const { error } = fail('auth_key_missing', 'there is no auth_key in the query', explainLostKey(settings));
  warnOnce(summarizeFailure(error));
}

/** Codes that this process has warned of. */
const warned = new Set<string>();

function warnOnce(failure: Failure): void {
  const { code } = failure;
  if (code === undefined || warned.has(code)) return;
  warned.add(code);
  emitWarning('LOGINWITH_FAILED', `${code}: ${toSentences(failure)}`, code);
}
