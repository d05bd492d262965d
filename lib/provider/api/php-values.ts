/** A request parameter as PHP sees it: text, or an array (`name[]=x`), whose contents never matter here. */
export type Parameter = string | typeof arrayParameter;
export type Parameters = ReadonlyMap<string, Parameter>;

export const arrayParameter = Symbol('array parameter');

/** What PHP does when the script hands an array to a text function: the request ends with 500 and an empty body. */
export class ScriptCrash extends Error {}

/** The script's own test for "missing": nothing left after trimming, non-breaking spaces included. */
export function isEmpty(value: Parameter | undefined): value is undefined | '' {
  if (value === arrayParameter) throw new ScriptCrash();
  return value === undefined || /^[ \t\n\r\0\v\u00a0]*$/.test(value);
}

/**
 * The script's escaping of a parameter, as far as it shows: text that is not UTF-8 is empty afterwards, and line breaks
 * and null bytes have become backslashes.
 */
function escaped(value: string): string {
  return value.isWellFormed() ? value.replaceAll(/[\0\n\r]/g, '\\') : '';
}

/**
 * An id as the script reads it, in decimal digits: PHP's `intval` of the escaped text. `12abc` and `012` are 12, and
 * `abc` is 0. Ids stay text, so that long ones stay exact.
 */
export function integerOf(value: string): string {
  const match = /^[ \t\n\r\v\f]*([+-]?)(?:0*(\d+)(?:\.\d*)?|(\.\d+))([eE][+-]?\d+)?/.exec(escaped(value));
  if (match === null) return '0';
  const [number, sign = '', digits, , exponent] = match;
  // Without digits before the point, and without an exponent, there is no whole part.
  const whole = exponent === undefined ? (digits ?? '0') : wholePart(number.replace(/^[\s+-]*/, ''));
  return sign === '-' ? `-${whole}` : whole;
}

/** PHP's `json_encode`: slashes escaped, everything beyond ASCII as `\uXXXX`. */
export function encodeJSON(value: unknown): string {
  return JSON.stringify(value).replace(/[/\u0080-\uffff]/g, (character) =>
    character === '/' ? '\\/' : `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

function wholePart(number: string): string {
  const value = Number(number);
  return Number.isFinite(value) ? BigInt(Math.trunc(value)).toString() : '0';
}
