import { publish, summarizeFailure, type EventResult, type LoginPurpose } from '../diagnostics/events.js';
import type { Attempt } from '../types.js';
import { warnOfFailure } from './failure-warnings.js';

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
