import { publish, summarizeFailure, type EventResult, type LoginPurpose } from '../diagnostics/events.js';
import type { Attempt } from '../types.js';
import { warnOfFailure } from './failure-warnings.js';

/** Tells operators how a request to a login route ended. Only the first call of `success` or `failure` counts. */
export class Report {
  /** What is known of the login by now. */
  readonly details: ReportDetails;
  private readonly began = performance.now();
  private hasEnded = false;

  constructor(details: ReportDetails = {}) {
    this.details = details;
  }

  success(): void {
    if (!this.hasEnded) this.end({ result: 'success' });
  }

  /** @param isPrinted whether what handles the error prints it, as Express does with an error of status 5xx. */
  failure(error: unknown, isPrinted: boolean): void {
    if (this.hasEnded) return;
    const failure = summarizeFailure(error);
    if (!isPrinted) warnOfFailure(failure);
    this.end(failure);
  }

  private end(result: EventResult): void {
    this.hasEnded = true;
    const { provider, attempt, purpose = attempt?.binding?.purpose ?? 'login' } = this.details;
    publish('passport-loginwith:outcome', () => ({
      provider,
      purpose,
      restarted: attempt !== undefined && attempt.restarts > 0,
      duration: performance.now() - this.began,
      sinceStart: attempt && Date.now() - attempt.startedAt,
      ...result,
    }));
  }
}

interface ReportDetails {
  provider?: string | undefined;
  purpose?: LoginPurpose | undefined;
  attempt?: Attempt | undefined;
}
