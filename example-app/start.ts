import { mkdirSync } from 'node:fs';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { defineProvider, providers } from 'passport-loginwith';
import { startProvider, type LocalProvider } from 'passport-loginwith/provider';
import { createApp, type AppOptions, type Site } from './app.js';
import { codeOf, SetUpError, type ExampleConfig, type SiteConfig } from './config.js';
import { connectDatabase, openDatabase } from './database.js';
import { createLogins } from './logins.js';
import { connectRedis, createRateLimitStore } from './redis.js';
import { createSchema } from './schema.js';
import { createSessions, keepSecret } from './sessions.js';
import { createUsers } from './users.js';

export interface Example {
  /** The one URL to open. */
  url: string;
  /** The local sites that run beside the app, by name. */
  local: Map<string, LocalProvider>;
  /** Stops the app and the local sites; requests under way get half a second to end. */
  close(): Promise<void>;
}

/**
 * Starts the app, and a local site for each that has no credentials.
 *
 * @param dataFolder for the embedded database and what the local sites keep
 * @throws SetUpError when a port is taken, a service is not there, or the configuration is wrong; nothing is left
 *   running.
 */
export async function startExample(
  config: ExampleConfig,
  dataFolder: string,
  log: AppOptions['log'],
): Promise<Example> {
  mkdirSync(dataFolder, { recursive: true, mode: 0o700 });
  const servers: Server[] = [];
  const local = new Map<string, LocalProvider>();
  const closers: (() => unknown)[] = [];
  let closing: Promise<void> | undefined;
  const close = () => (closing ??= closeAll());
  const closeAll = async () => {
    await Promise.all(servers.map(closeServer));
    await Promise.all([...local.values()].map((site) => site.close()));
    await Promise.all(closers.map((closeOne) => closeOne()));
  };
  try {
    const redis = config.redisURL === undefined ? undefined : await connectRedis(config.redisURL, log);
    if (redis !== undefined) closers.push(() => redis.close());
    let answer: RequestListener = (_req, res) => res.destroy();
    // The local sites must know the app's address, and the app theirs: it listens first, and responds later.
    const port = await listen(servers, config, (req, res) => answer(req, res));
    const url = config.url ?? `http://${hostInURL(config.host)}:${port}`;
    const database =
      config.databaseURL === undefined
        ? await openDatabase(join(dataFolder, 'database'))
        : await connectDatabase(config.databaseURL, log);
    closers.push(() => database.close());
    await createSchema(database);
    const sites: Site[] = [];
    for (const site of config.sites) {
      const { name, credentials, baseURL } = site;
      const provider = baseURL === undefined ? providers[name] : defineProvider({ name, baseURL });
      if (credentials !== undefined) sites.push({ provider, ...credentials, isLocal: false });
      else sites.push(await startLocal(site, { host: config.host, url, dataFolder, local }));
    }
    const secret = config.sessionSecret ?? keepSecret(dataFolder);
    const { app, auth } = createApp({
      url,
      trustProxy: config.trustProxy,
      sites,
      secret,
      sessions: createSessions(database, secret, redis),
      rateLimitStore: redis && createRateLimitStore(redis),
      users: createUsers(database),
      logins: createLogins(database),
      log,
    });
    closers.push(() => auth.close());
    answer = app;
    return { url, local, close };
  } catch (error) {
    await close();
    throw error;
  }
}

async function startLocal(
  { name, port, authorizeMethod, variables }: SiteConfig,
  {
    host,
    url,
    dataFolder,
    local,
  }: { host: string | undefined; url: string; dataFolder: string; local: Example['local'] },
): Promise<Site> {
  const { displayName } = providers[name];
  const running = await startProvider({
    name: displayName,
    port,
    // Its address is a loopback one in any case, because plain http is good for nothing else.
    host: host === '0.0.0.0' || host === '::' ? host : '127.0.0.1',
    version: authorizeMethod === 'GET' ? '4.0' : '4.2',
    authorizeMethod,
    redirectURL: `${url}/auth/${name}/callback`,
    state: join(dataFolder, `${name}.json`),
  }).catch((error: unknown) => {
    throw explainListening(error, port, `${variables}_PORT`, `the local ${displayName}`);
  });
  local.set(name, running);
  const [registered] = running.apps;
  if (registered === undefined) throw new Error(`the local ${displayName} has no app`);
  const { appId, appSecret } = running.updateApp(registered, { name: 'Example app' });
  return { provider: defineProvider({ name, baseURL: running.url }), appId, appSecret, isLocal: true };
}

/** Listens on the host, or on both loopback addresses, because "localhost" may mean either. Resolves to the port. */
async function listen(servers: Server[], { host, port }: ExampleConfig, handle: RequestListener): Promise<number> {
  const addresses = host === undefined ? ['127.0.0.1', '::1'] : [host];
  let bound = port;
  for (const address of addresses) {
    const server = createServer(handle);
    try {
      await new Promise<void>((resolve, reject) => server.once('error', reject).listen(bound, address, resolve));
    } catch (error) {
      if (address === '::1' && codeOf(error) !== 'EADDRINUSE') continue;
      throw explainListening(error, port, 'PORT', 'the app');
    }
    servers.push(server);
    // It listens on a port, so its address is an object.
    bound = (server.address() as AddressInfo).port;
  }
  return bound;
}

function explainListening(error: unknown, port: number, variable: string, who: string): unknown {
  // startProvider keeps what the system said as the cause.
  const hasCode = (code: string) => codeOf(error) === code || (error instanceof Error && codeOf(error.cause) === code);
  const advice = hasCode('EADDRINUSE')
    ? `is taken: stop what listens there, or set ${variable} to another`
    : hasCode('EACCES') && `needs more rights: set ${variable} to one above 1023`;
  if (advice !== false) return new SetUpError(`Port ${port}, for ${who}, ${advice}.`);
  return error instanceof Error ? new SetUpError(`Cannot start ${who}: ${error.message}`) : error;
}

function closeServer(server: Server): Promise<void> {
  return new Promise((resolve) => {
    const cutOff = setTimeout(() => server.closeAllConnections(), 500);
    server.close(() => {
      clearTimeout(cutOff);
      resolve();
    });
  });
}

function hostInURL(host: string | undefined): string {
  const ownNames = [undefined, '127.0.0.1', '::1', '0.0.0.0', '::'];
  if (host === undefined || ownNames.includes(host)) return 'localhost';
  return host.includes(':') ? `[${host}]` : host;
}
