/** One request that the provider received, with secrets, keys and tokens masked. */
export interface LoggedRequest {
  /** Milliseconds since 1970, by the provider's clock. */
  readonly at: number;
  /** The API's method, such as `authorize`, or `consent`. */
  readonly endpoint: string;
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
}

/** The last 1000 requests. */
export interface RequestLog {
  /** Masks an entry and keeps it. */
  add(entry: LoggedRequest): void;
  /** Oldest first. */
  list(): LoggedRequest[];
  /** Calls back with every entry from now on, masked. Returns a function that ends it. */
  subscribe(listener: (entry: LoggedRequest) => void): () => void;
}

export function createRequestLog(): RequestLog {
  let entries: LoggedRequest[] = [];
  const listeners = new Set<(entry: LoggedRequest) => void>();
  const list = (): LoggedRequest[] => entries.slice(-logLength);
  return {
    list,
    add(entry) {
      const added = masked(entry);
      entries.push(added);
      // Cut rarely, because each cut copies the log.
      if (entries.length >= 2 * logLength) entries = list();
      for (const listener of listeners) listener(added);
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
}

const logLength = 1000;
/** Any site can have a browser send large forms to the API, and the log keeps many of them. */
const largestForm = 16 * 1024;
const mask = '***';

function masked(entry: LoggedRequest): LoggedRequest {
  const { endpoint, path, form, location } = entry;
  return {
    ...entry,
    endpoint: maskText(endpoint),
    path: maskURL(path),
    form: Object.fromEntries(
      firstFields(form).map(([name, value]) => [maskText(name), maskValue(name, value)] as const),
    ),
    ...(location === undefined ? {} : { location: maskURL(location) }),
  };
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
    if (equals < 0) return maskText(pair);
    const name = pair.slice(0, equals);
    return `${maskText(name)}=${maskValue(name, pair.slice(equals + 1))}`;
  });
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
