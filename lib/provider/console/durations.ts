import type { PageLanguage } from '../pages/index.js';
import { consoleTexts } from './texts.js';

/** A time as one reads it at a glance, such as `12 s`. */
export function durationText(language: PageLanguage, seconds: number): string {
  const { units } = consoleTexts(language);
  const [size, unit] = sizes.find(([each]) => seconds >= 2 * each) ?? [1, 's' as const];
  return `${String(Math.round(seconds / size))}\u00a0${units[unit]}`;
}

const sizes = [
  [86_400, 'd'],
  [3600, 'h'],
  [60, 'min'],
] as const;
