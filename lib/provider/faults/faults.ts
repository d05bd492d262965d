import type { SiteConditions } from './site-conditions.js';

/** Where a fault can be asked for: the start, the consent page's *Continue*, and the two calls of the app's server. */
export type Endpoint = 'oauth' | 'consent' | 'authorize' | 'get_user_info';

/**
 * Faults by name, possible at every endpoint. Where the script has run, its side effects are there, as in reality:
 * the key is used up although the answer was lost.
 *
 * | name | what the caller meets | the script has run |
 * | --- | --- | --- |
 * | `reset` | the connection is reset instead of an answer | yes |
 * | `hang` | no answer, ever | yes |
 * | `stalled` | half an answer, then silence | yes |
 * | `truncated` | half an answer, then the connection ends | yes |
 * | `endless` | an answer that never ends | yes |
 * | `slow` | the answer, a few bytes at a time, over 10 s | yes |
 * | `too_large` | the answer, followed by a mebibyte of blanks | yes |
 * | `wrong_host` | 302 to the site's home page, with the answer in it | yes |
 * | `html` | 200 and a page instead of the answer | no |
 * | `maintenance`, `database_down`, `caller_banned`, `sql_error`, `module_disabled` | what that state answers | no |
 */
export type CommonFaultName = (typeof COMMON)[number];

/**
 * Faults by name, for each endpoint: `wrong_secret` (refused, the key stays good), `used_key` (somebody was faster),
 * `expired_token` (issued too long ago), `dead_token` (replaced by a newer login, so it is unknown), and
 * `deleted_person` (`[]`, in this one answer; the person stays).
 */
export interface FaultNames {
  oauth: CommonFaultName;
  consent: CommonFaultName;
  authorize: CommonFaultName | (typeof AUTHORIZE)[number];
  get_user_info: CommonFaultName | (typeof GET_USER_INFO)[number];
}

/** What goes wrong with one call: a name, or one of the shapes below. */
export type Fault<E extends Endpoint = Endpoint> = FaultNames[E] | StatusFault | ResetFault | SlowFault | DelayFault<E>;

/** An answer of a proxy in front of the site. The script has not run, unless `sideEffects` says so. */
export interface StatusFault {
  status: number;
  /** Text, or a value to be sent as JSON. Default: nothing. */
  body?: unknown;
  headers?: Record<string, string>;
  /** `true`: the script has run, so the key is used up, but its answer was replaced by this one. */
  sideEffects?: boolean;
  /** Milliseconds before the answer. */
  delay?: number;
}

/** A connection reset `before` the script ran (the key stays good) or `after` it. */
export interface ResetFault {
  reset: 'before' | 'after';
  delay?: number;
}

/** The right answer, spread over this many milliseconds. */
export interface SlowFault {
  slow: number;
}

/** The right answer, or that of another fault, but late. The side effects happen at once. */
export interface DelayFault<E extends Endpoint = Endpoint> {
  /** Milliseconds. */
  delay: number;
  fault?: FaultNames[E];
}

/** How an answer's bytes go out. */
export type Delivery = 'whole' | 'reset' | 'hang' | 'stalled' | 'truncated' | 'endless' | 'slow' | 'too_large';

/** Side effects of a fault on the key or the token of the call. */
export type FaultEffect = (typeof AUTHORIZE)[number] | (typeof GET_USER_INFO)[number];

/** A fault, worked out. */
export interface FaultPlan {
  /** For the journal. */
  name: string;
  /** Whether the script runs. */
  runs: boolean;
  delay: number;
  delivery: Delivery;
  /** Milliseconds that a slow delivery takes. */
  duration: number;
  conditions: Partial<SiteConditions>;
  elsewhere: boolean;
  effect?: FaultEffect;
  /** Replaces the script's answer. */
  answer?: { status: number; body: unknown; headers: Record<string, string> } | 'html';
}

export const NO_FAULT: FaultPlan = {
  name: '',
  runs: true,
  delay: 0,
  delivery: 'whole',
  duration: 0,
  conditions: {},
  elsewhere: false,
};

/** Faults that wait for their call, first in, first out, per endpoint. */
export class Faults {
  private readonly waiting = new Map<Endpoint, FaultPlan[]>();

  /** @throws TypeError when the endpoint or the fault does not exist. */
  add(endpoint: unknown, fault: unknown): void {
    const known = ENDPOINTS.find((each) => each === endpoint);
    if (known === undefined) {
      throw new TypeError(`once: the endpoint must be one of ${ENDPOINTS.join(', ')}, not ${JSON.stringify(endpoint)}`);
    }
    const plan = planFault(known, fault);
    this.waiting.set(known, [...(this.waiting.get(known) ?? []), plan]);
  }

  take(endpoint: Endpoint): FaultPlan {
    return this.waiting.get(endpoint)?.shift() ?? NO_FAULT;
  }
}

const ENDPOINTS: readonly Endpoint[] = ['oauth', 'consent', 'authorize', 'get_user_info'];
const DELIVERIES = ['reset', 'hang', 'stalled', 'truncated', 'endless', 'slow', 'too_large'] as const;
const CONDITIONS = {
  maintenance: { maintenance: true },
  database_down: { databaseDown: true },
  caller_banned: { callerBanned: true },
  sql_error: { sqlError: true },
  module_disabled: { moduleEnabled: false },
} as const;
const COMMON = [
  ...DELIVERIES,
  'wrong_host',
  'html',
  'maintenance',
  'database_down',
  'caller_banned',
  'sql_error',
  'module_disabled',
] as const;
const AUTHORIZE = ['wrong_secret', 'used_key', 'expired_token', 'dead_token'] as const;
const GET_USER_INFO = ['expired_token', 'dead_token', 'deleted_user'] as const;
const SLOW_DURATION = 10_000;

function planFault(endpoint: Endpoint, fault: unknown): FaultPlan {
  if (typeof fault === 'string') return planNamed(endpoint, fault);
  if (typeof fault !== 'object' || fault === null) throw unknownFault(endpoint, fault);
  const given: Record<string, unknown> = { ...fault };
  const delay = readMilliseconds(given, 'delay') ?? 0;
  if (given.status !== undefined) return { ...planStatus(given), delay };
  if (given.reset === 'before') return { ...NO_FAULT, name: 'reset before', delivery: 'reset', runs: false, delay };
  if (given.reset === 'after') return { ...planNamed(endpoint, 'reset'), delay };
  const slow = readMilliseconds(given, 'slow');
  if (slow !== undefined) return { ...planNamed(endpoint, 'slow'), duration: slow };
  if (given.delay === undefined) throw unknownFault(endpoint, fault);
  return given.fault === undefined
    ? { ...NO_FAULT, name: 'delay', delay }
    : { ...planNamed(endpoint, given.fault), delay };
}

function planNamed(endpoint: Endpoint, name: unknown): FaultPlan {
  const plan = { ...NO_FAULT, name: String(name) };
  const delivery = DELIVERIES.find((each) => each === name);
  if (delivery !== undefined) return { ...plan, delivery, duration: SLOW_DURATION };
  if (name === 'wrong_host') return { ...plan, elsewhere: true };
  if (name === 'html') return { ...plan, runs: false, answer: 'html' };
  if (isConditionName(name)) return { ...plan, conditions: CONDITIONS[name] };
  const effects = endpoint === 'authorize' ? AUTHORIZE : endpoint === 'get_user_info' ? GET_USER_INFO : [];
  const effect = effects.find((each) => each === name);
  if (effect === undefined) throw unknownFault(endpoint, name);
  return { ...plan, effect };
}

function planStatus(given: Record<string, unknown>): FaultPlan {
  const { status, body = '', headers = {}, sideEffects = false } = given;
  if (typeof status !== 'number' || !Number.isInteger(status) || status < 200 || status > 599) {
    throw new TypeError(`once: "status" must be a number from 200 to 599, not ${JSON.stringify(status)}`);
  }
  if (
    typeof headers !== 'object' ||
    headers === null ||
    Object.values(headers).some((each) => typeof each !== 'string')
  ) {
    throw new TypeError('once: "headers" must be an object of texts');
  }
  const texts = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)]));
  return { ...NO_FAULT, name: String(status), runs: sideEffects === true, answer: { status, body, headers: texts } };
}

function readMilliseconds(given: Record<string, unknown>, name: string): number | undefined {
  const value = given[name];
  if (value === undefined) return undefined;
  if (typeof value === 'number' && Number.isFinite(value) && value >= 0) return value;
  throw new TypeError(`once: "${name}" must be milliseconds, not ${JSON.stringify(value)}`);
}

function isConditionName(name: unknown): name is keyof typeof CONDITIONS {
  return typeof name === 'string' && name in CONDITIONS;
}

function unknownFault(endpoint: Endpoint, fault: unknown): TypeError {
  const own = endpoint === 'authorize' ? AUTHORIZE : endpoint === 'get_user_info' ? GET_USER_INFO : [];
  const names = [...new Set([...COMMON, ...own])].join(', ');
  return new TypeError(
    `once: ${JSON.stringify(fault)} is not a fault of ${endpoint}; the faults are ${names}, ` +
      `{ status, body?, headers?, sideEffects?, delay? }, { reset: 'before' | 'after' }, { slow: ms } and { delay: ms, fault? }`,
  );
}
