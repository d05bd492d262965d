import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';

export const languages = ['en', 'fr'] as const;
export const schemes = ['light', 'dark'] as const;
export const devices = {
  phone: { width: 390, height: 844 },
  desktop: { width: 1280, height: 800 },
} as const;

export type Language = (typeof languages)[number];
export type Scheme = (typeof schemes)[number];

/** Runs `use` with a tab of a browser that has no cookies. */
export async function withTab<T>(
  browser: Browser,
  language: Language,
  options: BrowserContextOptions,
  use: (tab: Page) => Promise<T>,
): Promise<T> {
  const locale = language === 'fr' ? 'fr-FR' : 'en-GB';
  const context = await browser.newContext({ locale, reducedMotion: 'reduce', ...options });
  context.setDefaultTimeout(10_000);
  try {
    return await use(await context.newPage());
  } finally {
    await context.close();
  }
}

/** A picture of what the tab shows, once everything on it is there. */
export async function photograph(tab: Page, scheme: Scheme, fullPage = false): Promise<Buffer> {
  await tab.emulateMedia({ colorScheme: scheme });
  await tab.waitForLoadState('load');
  await tab.evaluate('document.fonts.ready');
  return tab.screenshot({ fullPage, caret: 'hide', animations: 'disabled' });
}

/** Writes a picture to a file. */
export function savePicture(path: string, png: Buffer): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, png);
}
