import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createConnection } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findFreePort } from './free-port';
import { describeWith, findService } from './service';

const service = findService('nginx', 'NGINX_PATH');

export function describeWithNginx(name: string, suite: () => void): void {
  describeWith(service, name, suite);
}

/** An nginx of a test: it listens on this machine only, and writes to a folder of its own. */
export interface Nginx {
  url: string;
  /** Ends it, so that both logs are whole, and returns them. */
  readLogs(): Promise<{ access: string; error: string }>;
  /** Kills it and removes its folder. */
  close(): Promise<void>;
}

export interface NginxSetUp {
  /** Files beside the configuration, for `include`, by their names. */
  files?: Record<string, string>;
  /** Directives of the block `http`. */
  http?: string;
  /** Directives of the block `server`. */
  server: string;
}

/** Resolves when it accepts connections. The caller closes it in any case: nothing else does. */
export async function startNginx({ files = {}, http = '', server }: NginxSetUp): Promise<Nginx> {
  const folder = mkdtempSync(join(tmpdir(), 'nginx-'));
  const port = await findFreePort();
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
    (name) => `${name}_temp_path tmp/${name};`,
  );
  mkdirSync(join(folder, 'tmp'));
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  writeFileSync(
    join(folder, 'nginx.conf'),
    `daemon off; master_process off; pid nginx.pid; error_log error.log;
    events {}
    http { ${temporary.join(' ')} access_log access.log; ${http} server { listen 127.0.0.1:${port}; ${server} } }`,
  );
  const options = ['-p', folder, '-c', 'nginx.conf', '-e', 'error.log'];
  const child = spawn(service.executablePath ?? service.name, options, { stdio: 'ignore' });
  const ended = once(child, 'exit').catch((error: unknown) => error);
  const read = (name: string) => readFileSync(join(folder, name), 'utf8');
  const close = async () => {
    child.kill('SIGKILL');
    await ended;
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    while (!(await isListening(port)))
      if (child.exitCode !== null || child.pid === undefined)
        throw new Error(`nginx did not start:\n${read('error.log')}`);
  } catch (error) {
    await close();
    throw error;
  }
  return {
    url: `http://127.0.0.1:${port}`,
    async readLogs() {
      child.kill('SIGTERM');
      await ended;
      return { access: read('access.log'), error: read('error.log') };
    },
    close,
  };
}

function isListening(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = createConnection(port, '127.0.0.1');
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
    socket.once('connect', () => socket.destroy());
  });
}
