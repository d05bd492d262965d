import { loadOnce } from '../internal/load-once.js';
import type { OptionReader } from '../internal/option-readers.js';
import { brandStyle, readBrand, type Brand } from './brand.js';
import { createTemplates, readTemplates, templateNames, type Templates } from './templates.js';
import { createTextTable, readTexts, type TextTable } from './text-table.js';

/** How our pages look and what they say, and the app's own in their place. */
export interface PageSettings {
  readonly brand: Brand;
  readonly texts: TextTable;
  readonly templates: Templates;
}

/** The names of the options that {@link readPageOptions} reads. */
export const pageOptionNames = ['brand', 'texts', 'templates'];

/** @param names of the pages that may be replaced; all if absent */
export function readPageOptions(reader: OptionReader, names: readonly string[] = templateNames): PageSettings {
  const settings = createPageSettings(readBrand(reader), readTexts(reader));
  return { ...settings, templates: { ...settings.templates, ...readTemplates(reader, names) } };
}

/** The pages of who cannot choose. */
export const defaultPageSettings = loadOnce(() => createPageSettings({ home: '/' }, createTextTable()));

function createPageSettings(brand: Brand, texts: TextTable): PageSettings {
  const getBrandStyle = loadOnce(() => brandStyle(brand));
  return { brand, texts, templates: createTemplates(texts, getBrandStyle) };
}
