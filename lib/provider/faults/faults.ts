import type { SiteConditions } from '../options.js';
import { namedConditions } from './site-conditions.js';

/** Where a fault can be asked for: the start, the consent page's *Continue*, and the two calls of the app's server. */
export type Endpoint = 'oauth' | 'consent' | 'authorize' | 'get_user_info';

/**
 * Faults by name, possible at every endpoint. Where the script has run, its side effects are there, as in reality:
 * the key is used up although the response was lost.
 *
 * | name | what the caller sees | the script has run |
 * | --- | --- | --- |
 * | `reset` | the connection is reset instead of a response | yes |
 * | `hang` | no response, ever | yes |
 * | `stalled` | half a response, then silence | yes |
 * | `truncated` | half a response, then the connection ends | yes |
 * | `endless` | a response that never ends | yes |
 * | `slow` | the response, a few bytes at a time, over 10 s | yes |
 * | `too_large` | the response, followed by a mebibyte of blanks | yes |
 * | `wrong_host` | 302 to the site's home page, with the normal body | yes |
 * | `html` | 200 and a page | no |
 * | `maintenance`, `database_down`, `caller_banned`, `sql_error`, `module_disabled` | the response in that state | no |
 */
export type CommonFaultName = Extract<(typeof commonNames)[number], string>;

/**
 * Faults by name, for each endpoint: `wrong_secret` (refused, the key stays valid), `used_key` (another exchange was
 * first), `expired_token` (issued too long ago), `dead_token` (replaced by a newer login, so it is unknown), and
 * `deleted_user` (`[]`, in this one response; the user stays).
 */
export interface FaultNames {
  oauth: CommonFaultName;
  consent: CommonFaultName;
  authorize: CommonFaultName | (typeof authorizeNames)[number];
  get_user_info: CommonFaultName | (typeof userInfoNames)[number];
}

/** What goes wrong with one call: a name, or one of the shapes below. */
export type Fault<E extends Endpoint = Endpoint> = FaultNames[E] | StatusFault | ResetFault | SlowFault | DelayFault<E>;

/** A response of a proxy in front of the site. The script has not run, unless `sideEffects` says so. */
export interface StatusFault {
  /** HTTP status. */
  status: number;
  /** Text, or a value to be sent as JSON. Default: nothing. */
  body?: unknown;
  headers?: Record<string, string>;
  /** `true`: the script has run, so the key is used up, but its response was replaced by this one. */
  sideEffects?: boolean;
  /** Milliseconds before the response. */
  delay?: number;
}

/** A connection reset `before` the script ran (the key stays valid) or `after` it. */
export interface ResetFault {
  /** Before the script ran, or after it. */
  reset: 'before' | 'after';
  /** Milliseconds before the reset. */
  delay?: number;
}

/** The normal response, spread over this many milliseconds. */
export interface SlowFault {
  /** Milliseconds. */
  slow: number;
}

/** The normal response, or that of another fault, but late. The side effects happen at once. */
export interface DelayFault<E extends Endpoint = Endpoint> {
  /** Milliseconds. */
  delay: number;
  /** The fault whose response it is. Default: none. */
  fault?: FaultNames[E];
}

/** How a response's bytes are sent. */
type Delivery = 'whole' | 'reset' | 'hang' | 'stalled' | 'truncated' | 'endless' | 'slow' | 'too_large';

/** Side effects of a fault on the key or the token of the call. */
export type FaultEffect = (typeof authorizeNames)[number] | (typeof userInfoNames)[number];

/** What to do to the next call of an endpoint. */
export interface FaultPlan {
  /** For the request log. */
  name: string;
  runsScript: boolean;
  /** Milliseconds before the response. */
  delay: number;
  delivery: Delivery;
  /** Milliseconds that a slow delivery takes. */
  duration: number;
  conditions: Partial<SiteConditions>;
  /** Treats the call as one to another host than the site's. */
  isWrongHost: boolean;
  effect?: FaultEffect;
  /** Replaces the script's response. */
  replacement?: { status: number; body: unknown; headers: Record<string, string> } | 'html';
}

export const noFault: FaultPlan = {
  name: '',
  runsScript: true,
  delay: 0,
  delivery: 'whole',
  duration: 0,
  conditions: {},
  isWrongHost: false,
};

export const endpoints: readonly Endpoint[] = ['oauth', 'consent', 'authorize', 'get_user_info'];

/** Names of all the faults that are possible at an endpoint. */
export function faultNamesOf<E extends Endpoint>(endpoint: E): readonly FaultNames[E][] {
  // The lists are what the type is made of.
  return [...commonNames, ...effectsOf(endpoint)] as readonly FaultNames[E][];
}

const deliveries = ['reset', 'hang', 'stalled', 'truncated', 'endless', 'slow', 'too_large'] as const;
const commonNames = [
  ...deliveries,
  'wrong_host',
  'html',
  'maintenance',
  'database_down',
  'caller_banned',
  'sql_error',
  'module_disabled',
] as const;
const authorizeNames = ['wrong_secret', 'used_key', 'expired_token', 'dead_token'] as const;
const userInfoNames = ['expired_token', 'dead_token', 'deleted_user'] as const;
const slowDuration = 10_000;

/** @throws TypeError when the endpoint has no such fault. */
export function planFault(endpoint: Endpoint, fault: unknown): FaultPlan {
  if (typeof fault === 'string') return planNamed(endpoint, fault);
  if (typeof fault !== 'object' || fault === null) throw unknownFault(endpoint, fault);
  const given: Record<string, unknown> = { ...fault };
  const delay = readMilliseconds(given, 'delay') ?? 0;
  if (given.status !== undefined) return { ...planStatus(given), delay };
  if (given.reset === 'before')
    return { ...noFault, name: 'reset before', delivery: 'reset', runsScript: false, delay };
  if (given.reset === 'after') return { ...planNamed(endpoint, 'reset'), delay };
  const slow = readMilliseconds(given, 'slow');
  if (slow !== undefined) return { ...planNamed(endpoint, 'slow'), duration: slow };
  if (given.delay === undefined) throw unknownFault(endpoint, fault);
  return given.fault === undefined
    ? { ...noFault, name: 'delay', delay }
    : { ...planNamed(endpoint, given.fault), delay };
}

function planNamed(endpoint: Endpoint, name: unknown): FaultPlan {
  const plan = { ...noFault, name: String(name) };
  const delivery = deliveries.find((each) => each === name);
  if (delivery !== undefined) return { ...plan, delivery, duration: slowDuration };
  if (name === 'wrong_host') return { ...plan, isWrongHost: true };
  if (name === 'html') return { ...plan, runsScript: false, replacement: 'html' };
  if (isConditionName(name)) return { ...plan, conditions: namedConditions[name] };
  const effect = effectsOf(endpoint).find((each) => each === name);
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
  return {
    ...noFault,
    name: String(status),
    runsScript: sideEffects === true,
    replacement: { status, body, headers: texts },
  };
}

function readMilliseconds(given: Record<string, unknown>, name: string): number | undefined {
  const value = given[name];
  if (value === undefined) return undefined;
  if (typeof value === 'number' && Number.isFinite(value) && value >= 0) return value;
  throw new TypeError(`once: "${name}" must be milliseconds, not ${JSON.stringify(value)}`);
}

function effectsOf(endpoint: Endpoint): readonly FaultEffect[] {
  if (endpoint === 'authorize') return authorizeNames;
  return endpoint === 'get_user_info' ? userInfoNames : [];
}

function isConditionName(name: unknown): name is keyof typeof namedConditions {
  return typeof name === 'string' && Object.hasOwn(namedConditions, name);
}

function unknownFault(endpoint: Endpoint, fault: unknown): TypeError {
  const names = faultNamesOf(endpoint).join(', ');
  return new TypeError(
    `once: ${JSON.stringify(fault)} is not a fault of ${endpoint}; the faults are ${names}, ` +
      `{ status, body?, headers?, sideEffects?, delay? }, { reset: 'before' | 'after' }, { slow: ms } and ` +
      '{ delay: ms, fault? }',
  );
}
