/** One request that the provider received. No secret, key or token stands in it. */
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
  /** Id of the person who was signed in. */
  readonly userId: string | null;
  /** The answer's status; null when the connection was reset instead. */
  readonly status: number | null;
  /** Where the answer sends the browser, masked likewise. */
  readonly location?: string;
  /** The API's error message. */
  readonly error?: string;
  /** The fault that was played. */
  readonly fault?: string;
}

/** The last requests, oldest first. */
export class Journal {
  private entries: LoggedRequest[] = [];

  add(entry: LoggedRequest): void {
    this.entries.push(entry);
    if (this.entries.length >= 2 * JOURNAL_LENGTH) this.entries = this.list();
  }

  list(): LoggedRequest[] {
    return this.entries.slice(-JOURNAL_LENGTH);
  }
}

const JOURNAL_LENGTH = 1000;
const MASK = '***';

/** A path with query, or any URL, without what must stay secret. */
export function maskURL(url: string): string {
  const start = url.indexOf('?');
  if (start < 0) return maskText(url);
  const query = url.slice(start + 1).replace(/([^&?=]*)=([^&]*)/g, (_, name: string, value: string) => {
    const rest = /\?/.exec(value);
    if (rest === null) return `${name}=${maskValue(name, value)}`;
    return `${name}=${maskValue(name, value.slice(0, rest.index))}${maskURL(value.slice(rest.index))}`;
  });
  return `${maskText(url.slice(0, start))}?${query}`;
}

/** Text in which a secret, a key or a token may stand where none belongs, such as a path. */
export function maskText(text: string): string {
  return text.replaceAll(/[0-9a-f]{32,}/gi, MASK);
}

/** By its name, or because it looks like one: people send a secret as `app_id`, too. */
export function maskValue(name: string, value: string): string {
  const isSecret = /secret|key|token/i.test(name) || /[0-9a-f]{20}/i.test(value.replace(/^\d+$/, ''));
  return value !== '' && isSecret ? MASK : value;
}
