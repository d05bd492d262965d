/** One request that the provider received, with secrets, keys and tokens masked. */
export interface LoggedRequest {
  /** Milliseconds since 1970, by the provider's clock. */
  readonly at: number;
  /** The API's method, such as `authorize`, or `consent`. */
  readonly endpoint: string;
  readonly method: string;
  /** Path and query, secrets, keys and tokens masked. */
  readonly path: string;
  /** Fields of the form, masked likewise. */
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
}

export function createRequestLog(): RequestLog {
  let entries: LoggedRequest[] = [];
  const list = (): LoggedRequest[] => entries.slice(-logLength);
  return {
    list,
    add(entry) {
      entries.push(masked(entry));
      // Cut rarely, because each cut copies the log.
      if (entries.length >= 2 * logLength) entries = list();
    },
  };
}

const logLength = 1000;
const mask = '***';

function masked(entry: LoggedRequest): LoggedRequest {
  const { endpoint, path, form, location } = entry;
  return {
    ...entry,
    endpoint: maskText(endpoint),
    path: maskURL(path),
    form: Object.fromEntries(Object.entries(form).map(([name, value]) => [name, maskValue(name, value)])),
    ...(location === undefined ? {} : { location: maskURL(location) }),
  };
}

/** Masks a path with query, or any URL, also one in which the provider's concatenation put a second `?`. */
function maskURL(url: string): string {
  const start = url.indexOf('?');
  if (start < 0) return maskText(url);
  const parameters = url.slice(start).split(/([?&])/);
  return maskText(url.slice(0, start)) + parameters.map(maskParameter).join('');
}

function maskParameter(parameter: string): string {
  const [name = '', ...value] = parameter.split('=');
  return value.length === 0 ? name : `${name}=${maskValue(name, value.join('='))}`;
}

/** Masks text that may contain a secret, a key or a token by mistake, such as a path. */
function maskText(text: string): string {
  return text.replaceAll(/[0-9a-f]{32,}/gi, mask);
}

/** Goes by the name, and by the looks of the value, because a caller may send a secret as `app_id`. */
function maskValue(name: string, value: string): string {
  const isSecret = /secret|key|token/i.test(name) || /[0-9a-f]{20}/i.test(value.replace(/^\d+$/, ''));
  return value !== '' && isSecret ? mask : value;
}
