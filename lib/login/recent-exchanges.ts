import { toProfile } from '../client/profile.js';
import { Lock, type Release } from '../internal/lock.js';
import type { AccessToken, Profile, Provider } from '../types.js';

/** What an exchange results in. */
export type Exchanged = AccessToken & { profile: Profile };

/** How long an exchange is kept after its end, or up to a second longer, in milliseconds. */
const keepingTime = 60_000;
/** So that a busy app forgets many at a time, in milliseconds. */
const forgettingInterval = 1_000;
/** Total length of the responses whose profiles are kept, in characters; a profile takes some times as many bytes. */
const maximumKeptLength = 2 ** 21;
/** A `verify` that takes longer does not keep the same page from being loaded again, in milliseconds. */
const verifyTime = 10_000;

/** The exchange of one key in one attempt. */
export class RecentExchange {
  readonly attemptId: string;
  readonly keyDigest: string;
  /** Whether the browser has logged out meanwhile. */
  isEnded = false;
  /** Set at its end: in whole milliseconds on the clock of `performance`. */
  forgottenAt = 0;
  /** A promise while it runs and of a failure; a login in short; undefined if it is not kept. */
  private outcome: Promise<Exchanged> | KeptLogin | undefined;
  private lock: Lock | undefined;

  constructor(attemptId: string, keyDigest: string, outcome: Promise<Exchanged>) {
    this.attemptId = attemptId;
    this.keyDigest = keyDigest;
    this.outcome = outcome;
  }

  /** Lets those who share it continue one after the other, so that a double click does not create a user twice. */
  async acquire(): Promise<Release> {
    const lock = (this.lock ??= new Lock(verifyTime));
    const release = await lock.acquire();
    return () => {
      release();
      // A second call may come when others have a lock of their own.
      if (this.lock === lock && lock.isFree) this.lock = undefined;
    };
  }

  /** The length of the response that is kept, in characters. */
  get keptLength(): number {
    return this.outcome instanceof KeptLogin ? this.outcome.raw.length : 0;
  }

  getOutcome(provider: Provider): Promise<Exchanged> | undefined {
    return this.outcome instanceof KeptLogin ? Promise.resolve(this.outcome.restore(provider)) : this.outcome;
  }

  /** Keeps the login in place of the promise, unless the outcome was dropped meanwhile. */
  keepLogin(login: Exchanged): void {
    if (this.outcome !== undefined) this.outcome = new KeptLogin(login);
  }

  dropOutcome(): void {
    this.outcome = undefined;
  }
}

/**
 * A login until it is asked for again, which few are: the response's text, of which the profile is made anew, because a
 * profile is dozens of objects.
 */
class KeptLogin {
  readonly raw: string;
  private readonly accessToken: string;
  private readonly expiresAt: number;

  constructor({ accessToken, expiresAt, profile }: Exchanged) {
    this.accessToken = accessToken;
    this.expiresAt = expiresAt.getTime();
    this.raw = profile._raw;
  }

  restore(provider: Provider): Exchanged {
    const { accessToken, expiresAt, raw } = this;
    return { accessToken, expiresAt: new Date(expiresAt), profile: toProfile(JSON.parse(raw), provider, raw) };
  }
}

/**
 * The exchanges that are running or ended within the last minute. It has only functions, so that inspecting it shows no
 * token. What is kept for the minute is little and refers to nothing of its request: it may be that of many thousand
 * logins, and the garbage collector looks at it again and again.
 */
interface RecentExchanges {
  find(attemptId: string, keyDigest: string): RecentExchange | undefined;
  /** Finds the exchange of the first key that came to an attempt. */
  findFirst(attemptId: string): RecentExchange | undefined;
  add(exchange: RecentExchange): void;
  /** Keeps an exchange that has ended for a minute, and what it resulted in, if it did not fail. */
  keep(exchange: RecentExchange, login?: Exchanged): void;
  /** Keeps only that there was the exchange. */
  dropOutcome(exchange: RecentExchange): void;
  forget(exchange: RecentExchange): void;
}

export function createRecentExchanges(): RecentExchanges {
  /** By the ids of attempts, and by the digests of keys if several came to one attempt. */
  const byAttempt = new Map<string, RecentExchange | Map<string, RecentExchange>>();
  /** Those that have ended, in the order of their ends. */
  const ended = new Set<RecentExchange>();
  /** Those whose logins are kept or were so, in the same order, and the length of the responses that are kept. */
  const kept: RecentExchange[] = [];
  let keptLength = 0;
  let timer: NodeJS.Timeout | undefined;

  const dropOutcome = (exchange: RecentExchange) => {
    keptLength -= exchange.keptLength;
    exchange.dropOutcome();
  };
  const forget = (exchange: RecentExchange) => {
    const { attemptId, keyDigest } = exchange;
    dropOutcome(exchange);
    ended.delete(exchange);
    if (kept[0] === exchange) kept.shift();
    const found = byAttempt.get(attemptId);
    if (found instanceof Map) found.delete(keyDigest);
    if (found === exchange || (found instanceof Map && found.size === 0)) byAttempt.delete(attemptId);
  };
  const forgetEnded = () => {
    timer = undefined;
    for (const exchange of ended) {
      const left = exchange.forgottenAt - performance.now();
      if (left > 0) {
        timer = setTimeout(forgetEnded, Math.max(left, forgettingInterval)).unref();
        return;
      }
      forget(exchange);
    }
  };

  return {
    find(attemptId, keyDigest) {
      const found = byAttempt.get(attemptId);
      if (found instanceof Map) return found.get(keyDigest);
      return found?.keyDigest === keyDigest ? found : undefined;
    },
    findFirst(attemptId) {
      const found = byAttempt.get(attemptId);
      return found instanceof Map ? found.values().next().value : found;
    },
    add(exchange) {
      const { attemptId, keyDigest } = exchange;
      const found = byAttempt.get(attemptId);
      if (found instanceof Map) found.set(keyDigest, exchange);
      else if (found === undefined) byAttempt.set(attemptId, exchange);
      else byAttempt.set(attemptId, new Map([found, exchange].map((each) => [each.keyDigest, each])));
    },
    keep(exchange, login) {
      if (login !== undefined) exchange.keepLogin(login);
      if (exchange.keptLength > 0) kept.push(exchange);
      keptLength += exchange.keptLength;
      while (keptLength > maximumKeptLength && kept.length > 0) kept.splice(0, 1).forEach(dropOutcome);
      exchange.forgottenAt = Math.ceil(performance.now()) + keepingTime;
      ended.add(exchange);
      // One for all: a timer of each exchange would be most of what is kept.
      timer ??= setTimeout(forgetEnded, keepingTime).unref();
    },
    dropOutcome,
    forget,
  };
}
