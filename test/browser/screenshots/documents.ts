import { join } from 'node:path';
import type { Browser, Page, ViewportSize } from 'playwright-core';
import { closeSites } from '../../support/express-site.js';
import { photograph, savePicture, withTab } from './camera.js';
import { openPagesSite, packagePages, type PagesSite } from './package-pages.js';
import { shrinkPNG } from './png.js';
import { logIn, signIn } from './steps.js';

interface Picture {
  viewport: ViewportSize;
  open: (tab: Page, site: PagesSite) => Promise<unknown>;
}

/** The pictures of the pages in docs/, by file name. */
const pictures: Readonly<Record<string, Picture>> = {
  choose: { viewport: { width: 640, height: 400 }, open: packagePages.choose! },
  failure: { viewport: { width: 640, height: 800 }, open: packagePages.auth_key_missing! },
  consent: {
    viewport: { width: 640, height: 640 },
    async open(tab, { url }) {
      await tab.goto(`${url}/auth/pimbuzz`);
      await signIn(tab);
    },
  },
  console: {
    viewport: { width: 960, height: 760 },
    async open(tab, { url, provider }) {
      provider.once('authorize', 'wrong_secret');
      await logIn(tab, `${url}/auth/pimbuzz`);
      await tab.goto(`${provider.url}/console`);
    },
  },
};

/** Makes them, in English and light. */
export async function pictureDocuments(browser: Browser, folder: string): Promise<void> {
  for (const [name, { viewport, open }] of Object.entries(pictures)) {
    const site = await openPagesSite();
    try {
      await withTab(browser, 'en', { viewport, deviceScaleFactor: 2 }, async (tab) => {
        await open(tab, site);
        savePicture(join(folder, `${name}.png`), shrinkPNG(await photograph(tab, 'light')));
      });
    } finally {
      await closeSites();
    }
  }
}
