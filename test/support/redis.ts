import { spawn, type ChildProcess } from 'node:child_process';
import { findFreePort } from './free-port';
import { describeWith, findService } from './service';

const service = findService('redis-server', 'REDIS_SERVER_PATH');

/** A redis-server of a test: it listens on this machine only and writes nothing to the disk. */
export interface RedisServer {
  url: string;
  port: number;
  /** Kills it, as when its machine fails. */
  stop(): Promise<void>;
  /** Stops it from answering; connections stay. */
  pause(): void;
  resume(): void;
}

export function describeWithRedis(name: string, suite: () => void): void {
  describeWith(service, name, suite);
}

/** Resolves when it accepts connections. The caller stops it in any case: nothing else does. */
export async function startRedis(port?: number): Promise<RedisServer> {
  const chosen = port ?? (await findFreePort());
  const options = ['--port', String(chosen), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no'];
  const server = spawn(service.executablePath ?? service.name, options, { stdio: ['ignore', 'pipe', 'inherit'] });
  const hasEnded = new Promise<void>((resolve) => server.once('exit', () => resolve()).once('error', () => resolve()));
  const stop = () => {
    server.kill('SIGKILL');
    return hasEnded;
  };
  try {
    await readiness(server);
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    url: `redis://127.0.0.1:${chosen}`,
    port: chosen,
    stop,
    pause: () => void server.kill('SIGSTOP'),
    resume: () => void server.kill('SIGCONT'),
  };
}

function readiness(server: ChildProcess): Promise<void> {
  return new Promise((resolve, reject) => {
    let output = '';
    const fail = () => reject(new Error(`redis-server did not start:\n${output}`));
    const timer = setTimeout(fail, 10_000);
    server.once('error', reject).once('exit', fail);
    // Nobody else reads what it says, and a full pipe would stop it.
    server.stdout?.on('data', (chunk: Buffer) => {
      output += chunk.toString();
      if (!/Ready to accept connections/.test(output)) return;
      clearTimeout(timer);
      output = '';
      resolve();
    });
  });
}
