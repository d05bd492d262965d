import { unescape } from 'node:querystring';

/** A request parameter as PHP sees it: text, or an array (`name[]=x`), whose contents never matter here. */
export type Parameter = string | typeof ARRAY;
export type Parameters = ReadonlyMap<string, Parameter>;

export const ARRAY = Symbol('array parameter');
export const NO_PARAMETERS: Parameters = new Map();

/** What PHP does when the script hands an array to a text function: the request ends with 500 and nothing in it. */
export class ScriptCrash extends Error {}

/** Parameters of a query string or a urlencoded body, by PHP's rules: the last one counts, `a.b` and `a b` are `a_b`. */
export function parseParameters(text: string): Map<string, Parameter> {
  const parameters = new Map<string, Parameter>();
  for (const pair of text.split('&')) {
    const equals = pair.indexOf('=');
    const name = equals < 0 ? pair : pair.slice(0, equals);
    addParameter(parameters, decode(name), equals < 0 ? '' : decode(pair.slice(equals + 1)));
  }
  return parameters;
}

export function addParameter(parameters: Map<string, Parameter>, rawName: string, value: string): void {
  const name = rawName.replace(/^ +/, '');
  if (name === '' || name.startsWith('[')) return;
  const bracket = name.indexOf('[');
  const isArray = bracket > 0 && name.includes(']', bracket);
  const base = (isArray ? name.slice(0, bracket) : name).replace(/[ .[]/g, '_');
  parameters.set(base, isArray ? ARRAY : value);
}

/** The script's own test for "missing": nothing left after trimming, non-breaking spaces included. */
export function isEmpty(value: Parameter | undefined): value is undefined | '' {
  if (value === ARRAY) throw new ScriptCrash();
  return value === undefined || /^[ \t\n\r\0\v\u00a0]*$/.test(value);
}

/** PHP's `intval` as decimal digits: `12abc` is 12, `abc` is 0. Ids stay text, so that long ones stay exact. */
export function integerOf(value: string): string {
  const match = /^[ \t\n\r\v\f]*([+-]?)0*(\d+)((?:\.\d*)?[eE][+-]?\d+)?/.exec(value);
  if (match === null) return '0';
  // Both groups take part in every match.
  const [, sign = '', digits = '', exponent] = match;
  const whole = exponent === undefined ? digits : BigInt(Math.trunc(finite(Number(digits + exponent)))).toString();
  return sign === '-' ? `-${whole}` : whole;
}

/** The database compares keys and tokens without case and without trailing spaces (a `_ci` collation). */
export function collate(text: string): string {
  return text.toLowerCase().replace(/ +$/, '');
}

/** PHP's `json_encode`: slashes escaped, everything beyond ASCII as `\uXXXX`. */
export function encodeJSON(value: unknown): string {
  return JSON.stringify(value).replace(/[/\u0080-\uffff]/g, (character) =>
    character === '/' ? '\\/' : `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

function decode(text: string): string {
  return unescape(text.replaceAll('+', ' '));
}

function finite(value: number): number {
  return Number.isFinite(value) ? value : 0;
}
