import { existsSync } from 'node:fs';
import { chromium, type Browser } from 'playwright-core';

const candidates = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];
const executablePath = [process.env.CHROMIUM_PATH, ...candidates].find(
  (path) => path !== undefined && existsSync(path),
);

/** A suite for a real browser. Without one it is skipped and says so, or fails where CI requires it. */
export function describeWithChromium(name: string, suite: () => void): void {
  if (executablePath !== undefined) {
    describe(name, suite);
  } else if (process.env.CI_SERVICES === 'required') {
    test(`${name}: Chromium is installed`, () => {
      throw new Error(`no Chromium among ${candidates.join(', ')} or at CHROMIUM_PATH, and CI_SERVICES=required`);
    });
  } else {
    process.stderr.write(`Skipped: Chromium not found (set CHROMIUM_PATH): ${name}\n`);
    // eslint-disable-next-line no-restricted-syntax -- the suite cannot run, and says so
    describe.skip(name, suite);
  }
}

/** @param args more options of its command line. */
export function launchChromium(args: readonly string[] = []): Promise<Browser> {
  return chromium.launch({
    ...(executablePath === undefined ? {} : { executablePath }),
    args: [
      '--headless',
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      ...args,
    ],
  });
}
