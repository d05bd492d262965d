import type { LoginErrorCode } from '../errors.js';

/** A language of the pages: English, French, and those that the option `texts` adds, such as `de` or `pt-BR`. */
export type Locale = 'en' | 'fr' | (string & Record<never, never>);

/**
 * The words of the pages. In `login`, `start`, `link` and `use`, `{name}` stands for the provider's name, in
 * `loggedOut` `{names}` for those of several, and in `failures` `{name}` and `{time}`, such as “3 minutes”.
 */
export interface Texts {
  /** The link to the start page. */
  home: string;
  /** Links and buttons that start a login. */
  login: string;
  start: { title: string; text: string; warning: string };
  choose: { title: string; text: string };
  link: QuestionTexts;
  /** For an account that is used in one session. */
  use: QuestionTexts;
  finish: { title: string; text: string; go: string };
  popup: { title: string; text: string; go: string };
  logout: QuestionTexts;
  loggedOut: { title: string; text: string; advice: string; again: string };
  loginRequired: { title: string; text: string; go: string };
  failure: {
    again: string;
    /** Is there if somebody is logged in. */
    isSignedIn: string;
    /** Stands before the code. */
    code: string;
    /** Stands before what only developers see. */
    developer: string;
    /** Stands for `{name}` where no provider is known. */
    otherSite: string;
  };
  /** By code; `other` is for errors of the app's own functions. */
  failures: Record<LoginErrorCode | 'other', FailureTexts>;
}

/** The words of a question, such as whether to add an account. */
export interface QuestionTexts {
  title: string;
  text: string;
  confirm: string;
  cancel: string;
}

/** What users read of a failure. */
export interface FailureTexts {
  title: string;
  /** What happened. */
  text: string;
  /** What to do. */
  advice: string;
}

type PartsOf<T> = { [Key in keyof T]?: (T[Key] extends string ? string : PartsOf<T[Key]>) | undefined };

/** The option `texts`: by language, the words that are other ones. What is missing is ours, or in English. */
export type TextOptions = { [Language in Locale]?: PartsOf<Texts> | undefined };

/** Puts values in the place of `{name}` and the like. */
export function fillText(text: string, values: Readonly<Record<string, string>>): string {
  return text.replace(/\{(\w+)\}/g, (placeholder, key: string) => values[key] ?? placeholder);
}

/** Writes a time to wait in the words of a language, such as "3 minutes": it is rounded up, so that it is enough. */
export function formatDuration(seconds: number, locale: Locale): string {
  const minute = 60;
  const hour = 60 * minute;
  const [unit, length] = seconds < minute ? ['second', 1] : seconds < 2 * hour ? ['minute', minute] : ['hour', hour];
  const format = new Intl.NumberFormat(locale, { style: 'unit', unit, unitDisplay: 'long' });
  return format.format(Math.ceil(seconds / length));
}
