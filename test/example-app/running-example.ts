import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { LocalProvider } from 'passport-loginwith/provider';
import { readConfig } from '../../example-app/config.js';
import { startExample, type Example } from '../../example-app/start.js';
import { textOf } from '../support/dashboard-site.js';
import { useEmbeddedDatabase } from '../support/embedded-database.js';
import { Browser as PlainBrowser, type TestRequest, type TestResponse } from '../support/test-browser.js';

export type SiteName = 'pimbuzz' | 'lookloox';

export const anyPort = { PORT: '0', PIMBUZZ_PORT: '0', LOOKLOOX_PORT: '0' };

/** A browser, and what one reads in it. */
export class Browser extends (PlainBrowser as new (url: string) => Omit<PlainBrowser, 'get'>) {
  async get(path: string, request?: TestRequest) {
    return readAnswer(await this.send(path, request));
  }
}

export const readAnswer = ({ status, location, text }: TestResponse) => ({
  status,
  location,
  html: text,
  text: textOf(text),
});

/** The example app of a test, and what a test does with it. */
export interface RunningExample {
  readonly app: Example;
  readonly url: string;
  readonly folder: string;
  /** What a developer reads. */
  readonly log: string[];
  /** Stops the one that runs and starts it anew, with the same data. */
  restart(env?: NodeJS.ProcessEnv): Promise<void>;
  /** Starts it beside the one that runs. */
  start(env: NodeJS.ProcessEnv): Promise<Example>;
  site: (name: SiteName) => LocalProvider;
  /** A whole login through the real redirects; resolves to the app's answer to the callback. */
  logIn(browser: Browser, name: SiteName, person?: string, path?: string): Promise<ReturnType<typeof readAnswer>>;
  signedIn(name?: SiteName, person?: string): Promise<Browser>;
  /** Adds an account to the user of a browser; resolves to the app's answer to the confirmation. */
  link(browser: Browser, name: SiteName, person: string): Promise<ReturnType<typeof readAnswer>>;
}

/** Starts the example app for each test, with the embedded database or the one that the environment names. */
export function useExample(env?: () => NodeJS.ProcessEnv): RunningExample {
  if (env === undefined) useEmbeddedDatabase();
  let app: Example | undefined;
  let folder: string;
  let log: string[];

  const running: RunningExample = {
    get app() {
      if (app === undefined) throw new Error('the example is not running');
      return app;
    },
    get url() {
      return running.app.url;
    },
    get folder() {
      return folder;
    },
    get log() {
      return log;
    },
    start: (env) => startExample(readConfig(env), folder, (text) => log.push(text)),
    async restart(env = anyPort) {
      await app?.close();
      app = undefined;
      app = await running.start(env);
    },
    site(name) {
      const provider = running.app.local.get(name);
      if (provider === undefined) throw new Error(`no local ${name}`);
      return provider;
    },
    async logIn(browser, name, person = 'renee', path = `/auth/${name}`) {
      return readAnswer(await running.site(name).signIn(browser.fetch, person, { start: running.url + path }));
    },
    async signedIn(name = 'pimbuzz', person) {
      const browser = new Browser(running.url);
      expect((await running.logIn(browser, name, person)).location).toBe('/me');
      return browser;
    },
    async link(browser, name, person) {
      const question = await running.logIn(browser, name, person, `/auth/${name}/link?returnTo=/account`);
      return readAnswer(await browser.postForm(`/auth/${name}/link`, { token: tokenOf(question.html) }));
    },
  };

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'example-app-'));
    log = [];
    app = await running.start(env?.() ?? anyPort);
  });
  afterEach(async () => {
    jest.useRealTimers();
    jest.restoreAllMocks();
    await app?.close();
    app = undefined;
    rmSync(folder, { recursive: true, force: true });
  });
  return running;
}

/** What the form of a link carries. */
export function tokenOf(html: string): string {
  return /name="token" value="([^"]*)"/.exec(html)?.[1] ?? '';
}

/** The value of the cookie that names the session. */
export async function sessionOf(browser: Browser): Promise<string | undefined> {
  return /example\.sid=([^;]*)/.exec(await browser.jar.getCookieString(browser.url))?.[1];
}
