/** A hostile text of any length. */
export interface Shape {
  name: string;
  make: (length: number) => string;
}

/** What is repeated: separators, escapes, and halves of what our own parsers look for. */
const units = [
  ...'/?&;#:=.,+-%@!<"\'[]{}()\\ \t',
  'a',
  'a0',
  '0:',
  '25',
  '%25',
  '%2F',
  '%20',
  '%3D',
  '%5B',
  '&amp;',
  '&#',
  '&a',
  '&#x',
  '../',
  '//',
  '/\\',
  '?a=',
  ', ',
  '; ',
  ';q="',
  '",',
  '\\"',
  'https://',
  'auth_key',
  'auth_key=',
  'auth_key=a&',
  'auth_key[',
  'access_token ',
  'app_secret%3D',
  'returnTo=/&',
  'a=b; ',
  'loginwith-x=a; ',
  'fr;q=0.5,',
  'text/html;q=0.1,',
  'prefetch',
  'é',
];

/** What stands before the repeated unit, so that a parser has begun something when the unit comes. */
const beginnings = ['', '"', '%', 'auth_key[', 'text/html;a="'];
/** What stands behind it, so that a pattern that ends with the text does not match. */
const ends = ['', '!'];

const counted: readonly Shape[] = [
  { name: 'nested lists', make: nest('[', ']') },
  { name: 'nested objects', make: nest('{"a":', '}') },
  { name: 'many parameters', make: (length) => count(length, (index) => `a${index}=b&`) },
  { name: 'many cookies', make: (length) => count(length, (index) => `a${index}=b; `) },
  { name: 'many languages', make: (length) => count(length, (index) => `aa-${index};q=0.1,`) },
];

/** Each unit alone. */
export const plainShapes: readonly Shape[] = [...units.map((unit) => repeat('', unit, '!')), ...counted];

/** Each unit with each beginning and each end. */
export const shapes: readonly Shape[] = [
  ...beginnings.flatMap((beginning) => units.flatMap((unit) => ends.map((end) => repeat(beginning, unit, end)))),
  ...counted,
];

function repeat(beginning: string, unit: string, end: string): Shape {
  return {
    name: `${quote(beginning)}${quote(unit)}…${quote(end)}`,
    make: (length) => beginning + unit.repeat(Math.ceil(length / unit.length)).slice(0, length) + end,
  };
}

function quote(text: string): string {
  return text === '' ? '' : JSON.stringify(text).replaceAll('`', "'");
}

function nest(open: string, close: string) {
  return (length: number) => {
    const depth = Math.floor(length / (open.length + close.length));
    return `${open.repeat(depth)}${close.repeat(depth)}`.replace(':}', ':1}');
  };
}

function count(length: number, make: (index: number) => string): string {
  let text = '';
  for (let index = 0; text.length < length; index += 1) text += make(index);
  return text.slice(0, length);
}
