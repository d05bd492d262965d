// Makes the pictures of the documentation; with --all FOLDER, pictures of every page, to look them over.
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { Browser } from 'playwright-core';
import { chromiumPath, launchChromium } from '../../support/browser.js';
import { startExampleSite } from '../example-site.js';
import { pictureAllPages } from './all-pages.js';
import { languages, schemes } from './camera.js';
import { pictureDocuments } from './documents.js';
import { useInter } from './fonts.js';
import { pictureLogin } from './readme.js';

const images = join(__dirname, '../../../docs/images');

async function makeImages(browser: Browser): Promise<void> {
  await pictureDocuments(browser, images);
  const site = await startExampleSite();
  try {
    for (const language of languages) {
      const suffix = language === 'en' ? '' : `.${language}`;
      for (const scheme of schemes) {
        await pictureLogin(browser, site, { language, scheme, path: join(images, `login-${scheme}${suffix}.png`) });
      }
    }
  } finally {
    await site.close();
  }
}

async function main(): Promise<void> {
  const { all } = parseArgs({ options: { all: { type: 'string' } } }).values;
  if (chromiumPath === undefined) {
    process.stderr.write('Chromium not found: apt-get install chromium, or set CHROMIUM_PATH\n');
    process.exitCode = 1;
    return;
  }
  // The failures in the pictures need not be printed.
  process.env.NODE_ENV = 'test';
  useInter();
  const browser = await launchChromium();
  try {
    if (all === undefined) await makeImages(browser);
    else await pictureAllPages(browser, all);
  } finally {
    await browser.close();
  }
}

void main();
