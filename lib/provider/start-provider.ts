import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { parseOptions } from '../internal/option-readers.js';
import { emitWarning } from '../internal/warning.js';
import type { ProviderControls } from './controls.js';
import { buildProvider } from './create-provider.js';
import { providerOptionNames, readProviderSettings, type ProviderOptions, type ProviderSettings } from './options.js';
import type { RequestLog } from './server/request-log.js';
import { refuseConnection } from './server/web-server.js';
import type { AppReference } from './store/apps.js';

/** Options of {@link startProvider}. */
export interface StartOptions extends ProviderOptions {
  /** Default: 0, any free port. */
  port?: number;
  /**
   * Address to listen on. Default: `127.0.0.1`, this machine only. On others, everybody who reaches it can sign in as
   * any user, and see and change the apps and their secrets; the warning `LOGINWITH_PROVIDER_EXPOSED` says so once.
   */
  host?: string;
}

/** A provider that listens. */
export interface LocalProvider extends ProviderControls {
  /** Base URL to configure apps with, such as `http://127.0.0.1:41234`, without a slash at its end. */
  readonly url: string;
  /** The port on which it listens. */
  readonly port: number;
  /** Stops listening and ends all connections, whatever they wait for. A second call does no harm. */
  close(): Promise<void>;
}

/**
 * Starts a local provider and resolves when it accepts connections. Call `close()` when you are done, or the process
 * does not end.
 *
 * @throws TypeError that lists all wrong options; Error when the port is taken or the state file cannot be used.
 * @example
 * const provider = await startProvider({ redirectURL: 'http://localhost:3000/auth/pimbuzz/callback' });
 * const [registered] = provider.apps; // with the `appId` and the `appSecret` for your app
 */
export async function startProvider(options: StartOptions = {}): Promise<LocalProvider> {
  const { provider, exposure } = await openProvider(options);
  if (exposure !== undefined && !hasWarned) {
    hasWarned = true;
    const advice = 'Leave "host" out to listen on this machine only.';
    emitWarning('LOGINWITH_PROVIDER_EXPOSED', `startProvider: ${exposure} ${advice}`);
  }
  return provider;
}

let hasWarned = false;

interface OpenedProvider {
  provider: LocalProvider;
  /** What other machines can do with it; undefined when they cannot reach it. */
  exposure: string | undefined;
  requestLog: RequestLog;
  /** What the code to paste for an app signs its sessions with. */
  sessionSecretOf: (app: AppReference) => string;
}

interface StartSettings extends ProviderSettings {
  port: number;
  host: string;
}

/** Checks the options, without starting anything. @throws TypeError that lists all wrong ones. */
export function parseStartOptions(options: StartOptions): StartSettings {
  return parseOptions(
    { caller: 'startProvider', names: [...providerOptionNames, 'port', 'host'], example: '{ port: 4000 }' },
    options,
    (reader) => ({
      ...readProviderSettings(reader),
      port: reader.read('port', isPort, 'a number from 0 to 65535') ?? 0,
      host: reader.read('host', isHost, 'an address or a name') ?? '127.0.0.1',
    }),
  );
}

/** The same as {@link startProvider}, without the warning: whoever calls it has to tell the user of the exposure. */
export async function openProvider(options: StartOptions): Promise<OpenedProvider> {
  const { port, host, ...settings } = parseStartOptions(options);
  const { handle, controls, address, requestLog, sessionSecretOf } = buildProvider(settings);
  // Requests without a host, or with a long head, get the web server's response and not Node's.
  const server = createServer({ requireHostHeader: false, maxHeaderSize: 64 * 1024 }, (req, res) => handle(req, res));
  // A TCP server's connections are plain sockets.
  server.on('clientError', (_error, socket) => refuseConnection(socket));
  await listen(server, port, host);
  // Bound to a port, so the address is an object.
  const { port: bound, address: boundAddress } = server.address() as AddressInfo;
  const url = settings.siteURL ?? listeningURL(host, bound);
  // On all addresses, callers use whichever name they know.
  address.listeningURL = isAnyAddress(host) ? undefined : listeningURL(host, bound);
  const provider = Object.defineProperties(controls, {
    url: { value: url, enumerable: true },
    port: { value: bound, enumerable: true },
    close: { value: () => close(server), enumerable: true },
  });
  return {
    // The three members that were missing were just defined.
    provider: provider as LocalProvider,
    exposure: isLoopback(boundAddress) ? undefined : exposureOf(settings.name, host),
    requestLog,
    sessionSecretOf,
  };
}

/** Where this machine reaches what listens on an address. */
export function listeningURL(host: string, port: number): string {
  const reachable = isAnyAddress(host) ? '127.0.0.1' : host;
  return `http://${reachable.includes(':') ? `[${reachable}]` : reachable}:${port}`;
}

function isLoopback(address: string): boolean {
  return address === '::1' || address.startsWith('127.');
}

function exposureOf(name: string, host: string): string {
  const where = isAnyAddress(host) ? `all addresses of this machine (${host})` : host;
  return (
    `${name} listens on ${where}. Anybody in this network can sign in as any of its users, and see and change its ` +
    'apps and their secrets.'
  );
}

function isPort(value: unknown): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= 65_535;
}

function isHost(value: unknown): value is string {
  return typeof value === 'string' && value !== '';
}

function listen(server: Server, port: number, host: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      reject(listenError(error, port, host));
    });
    server.listen(port, host, resolve);
  });
}

function listenError(error: NodeJS.ErrnoException, port: number, host: string): Error {
  const hints: Record<string, string> = {
    EADDRINUSE:
      `port ${port} on ${host} is taken: ` + 'stop what listens there, or choose another port (0 picks a free one)',
    EACCES: `port ${port} may not be used without more rights: choose one above 1023`,
    EADDRNOTAVAIL: `${host} is not an address of this machine`,
  };
  const hint = hints[error.code ?? ''] ?? `cannot listen on ${host}, port ${port}: ${error.message}`;
  return new Error(`startProvider: ${hint}`, { cause: error });
}

function close(server: Server): Promise<void> {
  return new Promise((resolve) => {
    // An error means that it was closed before.
    server.close(() => {
      resolve();
    });
    server.closeAllConnections();
  });
}

function isAnyAddress(host: string): boolean {
  return host === '0.0.0.0' || host === '::';
}
