import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { closeSites } from '../../support/express-site.js';
import { startExampleSite } from '../example-site.js';
import { devices, languages, schemes, photograph, savePicture, withTab } from './camera.js';
import { openPagesSite, packagePages } from './package-pages.js';
import { acceptConsent, followLinks, signIn } from './steps.js';

/** Takes pictures of all pages of package, example and local site: devices × languages × light and dark. */
export async function pictureAllPages(browser: Browser, folder: string): Promise<void> {
  for (const [device, viewport] of Object.entries(devices)) {
    for (const language of languages) {
      const inTab = (use: (tab: Page) => Promise<void>) => withTab(browser, language, { viewport }, use);
      const take = async (tab: Page, name: string): Promise<void> => {
        for (const scheme of schemes)
          savePicture(join(folder, `${name}-${device}-${language}-${scheme}.png`), await photograph(tab, scheme, true));
      };
      await picturePackage(inTab, take);
      await pictureExample(inTab, take);
    }
  }
}

type InTab = (use: (tab: Page) => Promise<void>) => Promise<void>;
type Take = (tab: Page, name: string) => Promise<void>;

async function picturePackage(inTab: InTab, take: Take): Promise<void> {
  for (const [name, open] of Object.entries(packagePages)) {
    // One site for each: a page's cookies, faults and failures are none of the next one's.
    const site = await openPagesSite();
    try {
      await inTab(async (tab) => {
        await open(tab, site);
        await take(tab, `package-${name}`);
      });
    } finally {
      await closeSites();
    }
  }
}

/** One login, then all that links lead to, at the example app and at its local site. */
async function pictureExample(inTab: InTab, take: Take): Promise<void> {
  const site = await startExampleSite();
  try {
    await inTab(async (tab) => {
      await tab.goto(site.url);
      await take(tab, 'example-signed-out');
      await tab.locator('a[href*="/auth/pimbuzz"]').first().click();
      await take(tab, 'provider-signin');
      await signIn(tab);
      await take(tab, 'provider-consent');
      await acceptConsent(tab);
      await followLinks(tab, (path) => take(tab, nameOf('example', path)));
      await tab.goto(`${site.local('pimbuzz').url}/`);
      await followLinks(tab, (path) => take(tab, nameOf('provider', path)));
    });
  } finally {
    await site.close();
  }
}

function nameOf(site: string, path: string): string {
  return `${site}${path === '/' ? '-home' : path.replace(/\/$/, '').replaceAll('/', '-')}`;
}
