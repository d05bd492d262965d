import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { describeWithChromium, launchChromium } from '../support/browser.js';
import { startDocumentApp, type AppOptions, type DocumentApp } from '../support/document-app.js';
import { createPackageFolder, type PackageFolder } from '../support/package-folder.js';
import { english } from './provider-texts.js';
import { Visitor } from './visitor.js';

/** The app of a document and a browser, new for each test. */
export interface DocumentSite {
  app: DocumentApp;
  visitor: Visitor;
  browser: Browser;
}

/** What a browser says of a page for which nobody is logged in yet, and of an app without an icon. */
const usual = /^Failed to load resource: .* status of (?:401 .*\/me|404 .*\/favicon\.ico)$/;

/** Runs a suite with the app of a document, started as a reader would. */
export function describeDocument(
  document: string,
  programs: AppOptions['programs'],
  suite: (open: (options?: OpenOptions) => Promise<DocumentSite>) => void,
): void {
  describeWithChromium(`the app of ${document}`, () => {
    jest.setTimeout(60_000);
    let browser: Browser;
    let folder: PackageFolder;
    const opened: DocumentSite[] = [];

    beforeAll(async () => {
      [browser, folder] = await Promise.all([launchChromium(), createPackageFolder()]);
    });
    afterAll(async () => {
      await browser.close();
      folder.remove();
    });
    afterEach(async () => {
      const sites = opened.splice(0);
      // The browser first: it may still ask for an icon.
      await Promise.all(sites.map(({ visitor }) => visitor.close()));
      await Promise.all(sites.map(({ app }) => app.close()));
      expect(sites.flatMap(({ visitor }) => visitor.complaints).filter((text) => !usual.test(text))).toEqual([]);
    });

    suite(async ({ edit, ...context } = {}) => {
      const app = await startDocumentApp(folder, { document, programs, ...(edit && { edit }) });
      const site = { app, browser, visitor: await Visitor.open(browser, context) };
      opened.push(site);
      return site;
    });
  });
}

type OpenOptions = BrowserContextOptions & Pick<AppOptions, 'edit'>;

/** Signs a user in at the provider, and accepts the app. */
export async function signIn(page: Page, user = /^Renée/): Promise<void> {
  await page.getByRole('button', { name: user }).click();
  await page.getByRole('button', { name: english.accept }).click();
}

/** Waits until the page says this. */
export async function waitForHeading(page: Page, text: string): Promise<void> {
  await page.getByRole('heading', { level: 1, name: text, exact: true }).waitFor();
}

/** Does something that opens a window, and returns the window. */
export async function windowOf({ context }: Visitor, action: () => Promise<void>): Promise<Page> {
  const [page] = await Promise.all([context.waitForEvent('page'), action()]);
  return page;
}
