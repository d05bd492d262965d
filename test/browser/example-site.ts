import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { LocalProvider } from 'passport-loginwith/provider';
import { readConfig } from '../../example-app/config.js';
import { startExample } from '../../example-app/start.js';

export interface ExampleSite {
  url: string;
  /** What the developer reads. */
  log: string[];
  /** A local site that runs beside the app. */
  local(name: 'pimbuzz' | 'lookloox'): LocalProvider;
  close: () => Promise<void>;
}

/** The example app with an empty data folder; in tests the database is that of `useEmbeddedDatabase()`. */
export async function startExampleSite(env: NodeJS.ProcessEnv = {}): Promise<ExampleSite> {
  const folder = mkdtempSync(join(tmpdir(), 'example-site-'));
  const log: string[] = [];
  const config = readConfig({ PORT: '0', PIMBUZZ_PORT: '0', LOOKLOOX_PORT: '0', ...env });
  const example = await startExample(config, folder, (text) => log.push(text));
  return {
    url: example.url,
    log,
    local(name) {
      const provider = example.local.get(name);
      if (provider === undefined) throw new Error(`no local ${name}`);
      return provider;
    },
    async close() {
      await example.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** A port that nobody else takes until it is closed. */
export function reservePort(): Promise<{ port: number; close: () => Promise<void> }> {
  return listen('');
}

/** A page with one link, on another site than `localhost`. */
export async function startForeignSite(href: string): Promise<{ url: string; close: () => Promise<void> }> {
  const { port, close } = await listen(
    `<!doctype html><html lang="en"><title>Elsewhere</title><a href="${href}">Go there</a>`,
  );
  return { url: `http://127.0.0.1:${port}/`, close };
}

async function listen(page: string): Promise<{ port: number; close: () => Promise<void> }> {
  const server = createServer((_req, res) => res.setHeader('content-type', 'text/html').end(page));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    async close() {
      if (!server.listening) return;
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}
