import { startDebugOutput } from '../diagnostics/debug.js';
import {
  summarizeFailure,
  hasSubscribers,
  publish,
  type LoginPurpose,
  type EventResult,
} from '../diagnostics/events.js';
import { toSentences } from '../internal/sentences.js';
import { emitWarning, isDevelopment } from '../internal/warning.js';
import type { LoginSettings } from '../options.js';
import type { Attempt } from '../types.js';
import type { AttemptCookieContent } from './attempt-cookie.js';
import { explainLostKey } from './hints.js';
import { fail } from './outcome.js';

/** Tells operators how a request to a login route ended. Only its first call counts. */
export interface Report {
  /** What is known of the login by now. */
  details: { provider?: string | undefined; purpose?: LoginPurpose | undefined; attempt?: Attempt | undefined };
  success(): void;
  /** @param isPrinted whether what handles the error prints it, as Express does with an error of status 5xx. */
  failure(error: unknown, isPrinted: boolean): void;
}

export function createReport(details: Report['details'] = {}): Report {
  const began = performance.now();
  let hasEnded = false;
  const end = (result: EventResult) => {
    hasEnded = true;
    const { provider, attempt, purpose = attempt?.binding?.purpose ?? 'login' } = details;
    publish('passport-loginwith:outcome', () => ({
      provider,
      purpose,
      restarted: attempt !== undefined && attempt.restarts > 0,
      duration: performance.now() - began,
      sinceStart: attempt && Date.now() - attempt.startedAt,
      ...result,
    }));
  };
  return {
    details,
    success() {
      if (!hasEnded) end({ result: 'success' });
    },
    failure(error, isPrinted) {
      if (hasEnded) return;
      const failure = summarizeFailure(error);
      if (!isPrinted) warnOfFailure(failure);
      end(failure);
    },
  };
}

/** Codes that this process has warned of. */
const warned = new Set<string>();

/**
 * Warns of a start that looks like a callback without its key, in development: it comes from another site, on another
 * path than the last start, and to a browser that has a login under way.
 */
export function warnOfLostKey(settings: LoginSettings, { attempts }: Pick<AttemptCookieContent, 'attempts'>): void {
  if (!attempts.some(({ usedFor }) => usedFor === undefined)) return;
  const { error } = fail('auth_key_missing', 'there is no auth_key in the query', explainLostKey(settings));
  warnOfFailure(summarizeFailure(error));
}

/**
 * Warns of a failure that nobody sees in the terminal, once for each code: in development of all of them, elsewhere
 * only of those that are the app's or the provider's affair, and only if no tool of the operators sees them.
 */
function warnOfFailure(failure: EventResult & { result: 'failure' }): void {
  const { code, status } = failure;
  if (code === undefined || warned.has(code)) return;
  if (startDebugOutput().includes('passport-loginwith:outcome') || process.env.NODE_ENV === 'test') return;
  if (!isDevelopment() && (status < 500 || hasSubscribers('passport-loginwith:outcome'))) return;
  warned.add(code);
  emitWarning('LOGINWITH_FAILED', `${code}: ${toSentences(failure)}`, code);
}
