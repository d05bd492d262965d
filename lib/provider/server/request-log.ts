import { decodePercent } from './php-parameters.js';
import type { RequestFact } from './request-facts.js';

/** One request that the provider received, with secrets, keys and tokens masked. */
export interface LoggedRequest {
  /** 1 for the first request since the start, and so on. */
  readonly number: number;
  /** Milliseconds since 1970, by the provider's clock. */
  readonly at: number;
  /** The API's method, such as `authorize`, or `consent`. */
  readonly endpoint: string;
  /** `GET` or `POST`. */
  readonly method: string;
  /** Path and query, secrets, keys and tokens masked. */
  readonly path: string;
  /** Fields of the form, masked likewise; without those beyond the first 16 KiB. */
  readonly form: Readonly<Record<string, string>>;
  /** Id of the user who was signed in. */
  readonly userId: string | null;
  /** Status of the response; null when the connection was reset or hangs instead. */
  readonly status: number | null;
  /** The response's `Location`, masked likewise. */
  readonly location?: string;
  /** The API's error message. */
  readonly error?: string;
  /** The fault that was applied. */
  readonly fault?: string;
  /** What the site did with the request, found by looking at its table before and after. */
  readonly facts: readonly RequestFact[];
}

/** The last 1000 requests. */
export interface RequestLog {
  /** Masks an entry, numbers and keeps it. */
  add(entry: Omit<LoggedRequest, 'number'>): void;
  /** Oldest first. */
  list(): LoggedRequest[];
  /** Calls the listener with each entry that is added, until the function that it returns is called. */
  subscribe(listener: (entry: LoggedRequest) => void): () => void;
}

export function createRequestLog(): RequestLog {
  let entries: LoggedRequest[] = [];
  let lastNumber = 0;
  const listeners = new Set<(entry: LoggedRequest) => void>();
  const list = (): LoggedRequest[] => entries.slice(-logLength);
  return {
    list,
    add(entry) {
      const added = masked({ number: ++lastNumber, ...entry });
      entries.push(added);
      // Cut rarely, because each cut copies the log.
      if (entries.length >= 2 * logLength) entries = list();
      for (const listener of listeners) listener(added);
    },
    subscribe(listener) {
      // Wrapped, so that a listener that subscribes twice is called twice, and each can unsubscribe.
      const own = (entry: LoggedRequest): void => listener(entry);
      listeners.add(own);
      return () => void listeners.delete(own);
    },
  };
}

const logLength = 1000;
/** Any site can have a browser send large forms to the API, and the log keeps many of them. */
const largestForm = 16 * 1024;
const longestAppId = 64;
const mask = '***';

function masked(entry: LoggedRequest): LoggedRequest {
  const { endpoint, path, form, location, facts } = entry;
  return {
    ...entry,
    endpoint: maskText(endpoint),
    path: maskURL(path),
    form: Object.fromEntries(
      firstFields(form).map(([name, value]) => [maskText(name), maskValue(name, value)] as const),
    ),
    ...(location === undefined ? {} : { location: maskURL(location) }),
    facts: facts.map(maskFact),
  };
}

/** Of all facts, one alone has a value that the caller sent. */
function maskFact(fact: RequestFact): RequestFact {
  if (fact.type !== 'unknown_app') return fact;
  return { ...fact, appId: maskValue('app_id', maskText(fact.appId)).slice(0, longestAppId) };
}

function firstFields(form: LoggedRequest['form']): [name: string, value: string][] {
  let size = 0;
  return Object.entries(form).filter(([name, value]) => {
    size += name.length + value.length;
    return size <= largestForm;
  });
}

/** Masks a path with query, or any URL, also one in which the provider's concatenation put a second `?`. */
function maskURL(url: string): string {
  return url.replace(/[^?&]+/g, (pair, start: number) => {
    const equals = start === 0 ? -1 : pair.indexOf('=');
    if (equals < 0) return maskEncoded(pair);
    const name = pair.slice(0, equals);
    const value = pair.slice(equals + 1);
    const isPlain = maskValue(decodePercent(name), decodePercent(value)) !== mask;
    return `${maskEncoded(name)}=${isPlain ? value : mask}`;
  });
}

/** Masks a part of a URL, also where what it contains is percent-encoded. */
function maskEncoded(part: string): string {
  const masked = maskText(part);
  const decoded = decodePercent(masked);
  return maskText(decoded) === decoded ? masked : mask;
}

/** Masks text that may contain a secret, a key or a token by mistake, such as a path or an error's message. */
export function maskText(text: string): string {
  return text.replaceAll(/[0-9a-f]{32,}/gi, mask);
}

/** Goes by the name, and by the looks of the value, because a caller may send a secret as `app_id`. */
function maskValue(name: string, value: string): string {
  const isSecret = /secret|key|token/i.test(name) || /[0-9a-f]{20}/i.test(value.replace(/^\d+$/, ''));
  return value !== '' && isSecret ? mask : value;
}
