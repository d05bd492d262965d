import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chownSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { findFreePort } from './free-port';
import { describeWith, findService } from './service';

// Debian keeps each version in a folder of its own, outside of every PATH.
const debian = '/usr/lib/postgresql';
const service = findService('postgres', 'POSTGRES_PATH', [
  'postgres',
  ...listFolders(debian).map((version) => join('../..', debian, version, 'bin/postgres')),
]);

/** It refuses to run as root; an account without rights does. */
const nobody = process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : {};

/** A PostgreSQL server of a test: it listens on this machine only, and what it keeps goes with it. */
export interface PostgresServer {
  url: string;
  /** Kills it, as when its machine fails. */
  stop(): Promise<void>;
  /** Starts it again, with what it has kept. */
  start(): Promise<void>;
  /** Stops it from answering; connections stay. */
  pause(): void;
  resume(): void;
  /** Stops it and removes what it has kept. */
  close(): Promise<void>;
}

export function describeWithPostgres(name: string, suite: () => void): void {
  describeWith(service, name, suite);
}

/** Resolves when it accepts connections. The caller closes it in any case: nothing else does. */
export async function startPostgres(): Promise<PostgresServer> {
  const folder = mkdtempSync(join(tmpdir(), 'postgres-'));
  if (nobody.uid !== undefined) chownSync(folder, nobody.uid, nobody.gid);
  const port = await findFreePort();
  const executable = service.executablePath ?? service.name;
  const initdb = join(dirname(executable), 'initdb');
  execFileSync(initdb, ['-D', folder, '-U', 'example', '-A', 'trust', '--no-sync', '--no-instructions'], nobody);
  const settings = ['listen_addresses=127.0.0.1', `port=${port}`, 'unix_socket_directories=', 'fsync=off'];
  let server: ChildProcess | undefined;

  /** Sends it to all of the server's processes: each connection has one of its own. */
  const signal = (name: NodeJS.Signals) => {
    const id = server?.pid;
    if (id === undefined) return;
    const children = readFileSync(`/proc/${id}/task/${id}/children`, 'utf8').match(/\d+/g) ?? [];
    for (const each of [id, ...children.map(Number)]) {
      try {
        process.kill(each, name);
      } catch {
        // A connection that has ended meanwhile.
      }
    }
  };
  const postgres: PostgresServer = {
    url: `postgres://example@127.0.0.1:${port}/postgres`,
    async start() {
      const options = settings.flatMap((setting) => ['-c', setting]);
      server = spawn(executable, ['-D', folder, ...options], { ...nobody, stdio: ['ignore', 'ignore', 'pipe'] });
      await readiness(server);
    },
    async stop() {
      if (server === undefined || server.exitCode !== null || server.signalCode !== null) return;
      const hasEnded = once(server, 'exit');
      postgres.resume();
      server.kill('SIGQUIT');
      await hasEnded;
    },
    pause: () => signal('SIGSTOP'),
    resume: () => signal('SIGCONT'),
    async close() {
      await postgres.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
  try {
    await postgres.start();
    return postgres;
  } catch (error) {
    await postgres.close();
    throw error;
  }
}

function readiness(server: ChildProcess): Promise<void> {
  return new Promise((resolve, reject) => {
    let output = '';
    const fail = () => reject(new Error(`postgres did not start:\n${output}`));
    const timer = setTimeout(fail, 20_000);
    server.once('error', reject).once('exit', fail);
    // Nobody else reads what it says, and a full pipe would stop it.
    server.stderr?.on('data', (chunk: Buffer) => {
      output += chunk.toString();
      if (!output.includes('ready to accept connections')) return;
      clearTimeout(timer);
      output = '';
      resolve();
    });
  });
}

function listFolders(path: string): string[] {
  try {
    return readdirSync(path);
  } catch {
    return [];
  }
}
