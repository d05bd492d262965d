import { readFileSync } from 'node:fs';
import type { Browser, Page } from 'playwright-core';
import { startProvider } from 'passport-loginwith/provider';
import { describeWithChromium, launchChromium } from '../support/browser.js';
import { followLinks, signIn } from './screenshots/steps.js';

const axe = readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8');
const violations =
  'axe.run().then(({ violations }) => violations.map(({ id, nodes }) => [id, ...nodes.map(({ html }) => html)]))';
const phone = { width: 390, height: 844 };

describeWithChromium('the pages of a local site', () => {
  jest.setTimeout(60_000);
  let browser: Browser;

  beforeAll(async () => {
    browser = await launchChromium();
  });
  afterAll(() => browser.close());

  test.each([
    ['Pimbuzz', 'light'],
    ['Look Loox', 'dark'],
  ] as const)('are accessible and fit a phone: %s, %s', async (name, colorScheme) => {
    const provider = await startProvider({ name });
    // The pages' own policy lets no test look at them with a script.
    const context = await browser.newContext({ viewport: phone, colorScheme, bypassCSP: true });
    const tab = await context.newPage();
    try {
      // With all that the console shows of a site that is not as ever.
      provider.configure({ private: true }).once('authorize', 'reset');
      await tab.goto(`${provider.url}/api/oauth?app_id=${provider.apps[0]!.appId}`);
      const seen = { signIn: await faultsOf(tab), consent: (await signIn(tab), await faultsOf(tab)) };
      expect(seen).toEqual({ signIn: [], consent: [] });
      await tab.goto(`${provider.url}/`);
      const faults: [kind: string, faults: unknown[]][] = [];
      await followLinks(tab, async (kind) => void faults.push([kind, await faultsOf(tab)]));
      expect(faults.length).toBeGreaterThan(15);
      expect(faults.filter(([, found]) => found.length > 0)).toEqual([]);
    } finally {
      await context.close();
      await provider.close();
    }
  });
});

async function faultsOf(tab: Page): Promise<unknown[]> {
  await tab.evaluate(axe);
  const width = await tab.evaluate<number>('document.documentElement.scrollWidth');
  return [...(await tab.evaluate<unknown[]>(violations)), ...(width === phone.width ? [] : [`${width} pixels wide`])];
}
