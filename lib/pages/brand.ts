import type { OptionReader } from '../internal/option-readers.js';
import { parseWebURL } from '../internal/urls.js';
import { isTarget } from '../options.js';
import { mixUntilReadable, textColorOn } from './colors.js';
import { surfaces } from './style.js';

/** The option `brand`: whose pages these are. */
export interface BrandOptions {
  /** The app's name, in the header of each page; no name if absent. */
  name?: string | undefined;
  /** The app's picture beside it: a path of the app, an https URL, or a `data:image/…` URL; none if absent. */
  logo?: string | undefined;
  /**
   * A colour such as `#2456b8` for buttons and links. What is written on it, and its variant for dark mode, follow from
   * it, and whatever it is, contrasts are at least 4.5 to 1.
   */
  color?: string | undefined;
  /** Path or URL of the app's start page, to which each page leads; default `/`. */
  home?: string | undefined;
}

/** The option `brand`, checked. */
export interface Brand extends Readonly<BrandOptions> {
  readonly home: string;
}

/** Reads the option `brand`. */
export function readBrand(reader: OptionReader): Brand {
  const { read } = reader.readObject('brand', ['name', 'logo', 'color', 'home'], '{ name: "My app", home: "/" }');
  return {
    name: read('name', isFilled, 'the name of the app'),
    logo: read('logo', isLogo, 'a path such as /logo.svg, an https URL, or a data:image/… URL'),
    color: read('color', isColor, 'a colour such as #2456b8'),
    home: read('home', isTarget, 'a path such as /, or an http(s) URL') ?? '/',
  };
}

/** What a policy must allow for the logo, besides what it allows for all pages; nothing if it is the app's own file. */
export function logoOrigin({ logo }: Pick<Brand, 'logo'>): string | undefined {
  return logo === undefined ? undefined : parseWebURL(logo)?.origin;
}

/** The style that puts the brand's colour in place of ours, readable in light and in dark. */
export function brandStyle({ color }: Pick<Brand, 'color'>): string {
  if (color === undefined) return '';
  const dark = mixUntilReadable(color, '#ffffff', surfaces.dark.card);
  const variables = (accent: string, button: string) =>
    `:root { --accent: ${accent}; --button: ${button}; --button-text: ${textColorOn(button)}; }`;
  return (
    `${variables(mixUntilReadable(color, '#000000', surfaces.light.page), color)}\n` +
    `@media (prefers-color-scheme: dark) { ${variables(dark, dark)} }\n`
  );
}

function isFilled(value: unknown): value is string {
  return typeof value === 'string' && value.trim() !== '';
}

function isLogo(value: unknown): value is string {
  if (!isFilled(value)) return false;
  if (value.startsWith('/')) return isTarget(value);
  return /^data:image\/[\w.+-]+[;,]/.test(value) || parseWebURL(value)?.protocol === 'https:';
}

function isColor(value: unknown): value is string {
  return typeof value === 'string' && /^#[\da-f]{6}$/i.test(value);
}
