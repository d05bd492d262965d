import { isUtf8 } from 'node:buffer';
import { arrayParameter, type Parameter, type Parameters } from '../api/php-values.js';

export const noParameters: Parameters = new Map();

/**
 * Parameters of a query string or urlencoded body, given byte by byte, as Latin-1. As in PHP, the last one counts, and
 * `a.b` and `a b` are `a_b`.
 */
export function parseParameters(text: string): Parameters {
  const parameters = new Map<string, Parameter>();
  for (const pair of text.split('&')) {
    if (pair === '') continue;
    const equals = pair.indexOf('=');
    const name = equals < 0 ? pair : pair.slice(0, equals);
    addParameter(parameters, decode(name), equals < 0 ? '' : decode(pair.slice(equals + 1)));
  }
  return parameters;
}

export function addParameter(parameters: Map<string, Parameter>, rawName: string, value: string): void {
  // A name ends at its first null byte.
  const [firstPart = ''] = rawName.split('\0', 1);
  const name = firstPart.replace(/^ +/, '');
  if (name === '' || name.startsWith('[')) return;
  const bracket = name.indexOf('[');
  const isArray = bracket > 0 && name.includes(']', bracket);
  const base = (isArray ? name.slice(0, bracket) : name).replace(/[ .[]/g, '_');
  parameters.set(base, isArray ? arrayParameter : value);
}

/**
 * Bytes, as Latin-1, as text. What is not UTF-8 becomes text that is not well-formed, by which the script's escaping
 * finds it.
 */
export function decodeBytes(latin1: string): string {
  const bytes = Buffer.from(latin1, 'latin1');
  const text = bytes.toString('utf8');
  return isUtf8(bytes) ? text : text.replaceAll('\ufffd', '\udcff');
}

/** Decodes `%XX`. Text and result are bytes, as Latin-1, in which Node gives a request's target. */
export function decodePercent(bytes: string): string {
  return bytes.replaceAll(/%([\da-f]{2})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
}

function decode(text: string): string {
  // Most have nothing to decode, and a hostile body has thousands.
  if (!/[%+\u0080-\uffff]/.test(text)) return text;
  return decodeBytes(decodePercent(text.replaceAll('+', ' ')));
}
