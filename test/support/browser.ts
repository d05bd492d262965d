import { chromium, type Browser } from 'playwright-core';
import { describeWith, findService } from './service.js';

const service = findService('Chromium', 'CHROMIUM_PATH', ['chromium', 'chromium-browser', 'google-chrome']);

/** Undefined if it is not installed. */
export const chromiumPath = service.executablePath;

export function describeWithChromium(name: string, suite: () => void): void {
  describeWith(service, name, suite);
}

/** @param args more options of its command line. */
export function launchChromium(args: readonly string[] = []): Promise<Browser> {
  return chromium.launch({
    ...(service.executablePath === undefined ? {} : { executablePath: service.executablePath }),
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
