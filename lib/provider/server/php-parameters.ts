import { unescape } from 'node:querystring';
import { arrayParameter, type Parameter, type Parameters } from '../api/php-values.js';

export const noParameters: Parameters = new Map();

/** Parameters of a query string or urlencoded body. As in PHP, the last one counts, and `a.b` and `a b` are `a_b`. */
export function parseParameters(text: string): Parameters {
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
  parameters.set(base, isArray ? arrayParameter : value);
}

function decode(text: string): string {
  return unescape(text.replaceAll('+', ' '));
}
