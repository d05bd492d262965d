import type { Browser, BrowserContext, BrowserContextOptions, Locator, Page } from 'playwright-core';

const phone = { width: 360, height: 740 };

/** A browser on a phone. Each page that it sees is looked over: it is whole, and no wider than the screen. */
export class Visitor {
  /** What the browser complained about: a script's error, what a page's policy forbids, a failed request. */
  readonly complaints: string[] = [];
  /** Where all requests went. */
  readonly origins = new Set<string>();
  readonly context: BrowserContext;
  /** The tab in front. */
  page: Page;

  private constructor(context: BrowserContext, page: Page) {
    this.context = context;
    this.page = page;
    context.on('console', (message) => {
      const { pathname } = new URL(message.location().url, 'http://nowhere');
      if (!['error', 'warning'].includes(message.type())) return;
      this.complaints.push(`${message.text()} ${pathname}`);
    });
    context.on('weberror', (error) => this.complaints.push(error.error().message));
    context.on('request', (request) => {
      if (request.url().startsWith('http')) this.origins.add(new URL(request.url()).origin);
    });
    context.on('requestfailed', (request) => {
      const reason = request.failure()?.errorText ?? '';
      // Left before it was complete: that is the visitor's doing.
      if (reason !== 'net::ERR_ABORTED') this.complaints.push(`${reason} ${new URL(request.url()).pathname}`);
    });
  }

  static async open(browser: Browser, options: BrowserContextOptions = {}): Promise<Visitor> {
    const context = await browser.newContext({
      locale: 'en-GB',
      viewport: phone,
      reducedMotion: 'reduce',
      ...options,
    });
    context.setDefaultTimeout(10_000);
    return new Visitor(context, await context.newPage());
  }

  async openTab(): Promise<Page> {
    return this.context.newPage();
  }

  async goTo(url: string): Promise<void> {
    await this.page.goto(url);
  }

  link(name: string | RegExp): Locator {
    return this.page.getByRole('link', { name, exact: true });
  }

  button(name: string | RegExp): Locator {
    return this.page.getByRole('button', { name, exact: true });
  }

  mainText(): Promise<string> {
    return this.page.getByRole('main').innerText();
  }

  /** Waits for the page with this first heading, and looks it over. */
  async sees(heading: string | RegExp): Promise<void> {
    const { page } = this;
    await page.getByRole('heading', { level: 1, name: heading, exact: true }).waitFor();
    await page.waitForLoadState();
    expect([heading, await page.evaluate('document.documentElement.scrollWidth')]).toEqual([heading, phone.width]);
    expect(await page.evaluate('document.querySelectorAll("h1, main, title").length')).toBe(3);
  }

  /** Waits for this text in the part of the page with that role. */
  async reads(role: 'main' | 'status' | 'alert', text: string): Promise<void> {
    await this.page.getByRole(role).filter({ hasText: text }).waitFor();
  }

  /** Presses Tab until this has the focus, which can be seen all the way, then Enter. */
  async pressOn(target: Locator): Promise<void> {
    for (let presses = 0; presses < 30; presses += 1) {
      await this.page.keyboard.press('Tab');
      const focused = this.page.locator(':focus');
      const what = await focused.innerText();
      const outline = await this.page.evaluate('getComputedStyle(document.activeElement).outlineStyle');
      const { x, y } = (await focused.boundingBox())!;
      expect([what, outline, x >= 0, y >= 0]).toEqual([what, expect.not.stringMatching('none'), true, true]);
      if ((await focused.and(target).count()) === 1) {
        await this.page.keyboard.press('Enter');
        return;
      }
    }
    throw new Error('the keyboard does not come to what it looks for');
  }

  async close(): Promise<void> {
    await this.context.close();
  }
}
