/** The app of one contestant, in a process of its own. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import express from 'express';
import session, { Store, type SessionData } from 'express-session';
import { contestants, type ContestantName } from './contestants';

/** What the app's process is asked: its CPU time so far in microseconds, or its memory in use in bytes. */
export type Question = 'cpu' | 'heap';

/** Keeps the latest sessions, so that memory stays the same however long a run is. */
class LatestSessions extends Store {
  private readonly sessions = new Map<string, string>();

  override get(id: string, done: (error: unknown, session?: SessionData | null) => void): void {
    const text = this.sessions.get(id);
    setImmediate(done, null, text === undefined ? null : (JSON.parse(text) as SessionData));
  }

  override set(id: string, data: SessionData, done: (error?: unknown) => void): void {
    this.sessions.set(id, JSON.stringify(data));
    if (this.sessions.size > 2_000) this.sessions.delete(this.sessions.keys().next().value ?? '');
    setImmediate(done);
  }

  override destroy(id: string, done: (error?: unknown) => void): void {
    this.sessions.delete(id);
    setImmediate(done);
  }
}

async function serve(name: ContestantName, providerURL: string): Promise<void> {
  const app = express();
  const server = createServer(app).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  server.keepAliveTimeout = 60_000;
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  app.use(session({ secret: 'of the sessions', resave: false, saveUninitialized: false, store: new LatestSessions() }));
  const callbackURL = `${url}/auth/site/callback`;
  await contestants[name](app, { url: providerURL, appId: '3', appSecret: 'of-the-app', callbackURL });
  app.get('/me', (req, res) => {
    const { user } = req.session as { user?: unknown };
    res.json(req.user ?? user ?? null);
  });
  process.on('message', (question: Question) => {
    if (question === 'heap') {
      globalThis.gc?.();
      process.send?.(process.memoryUsage().heapUsed);
    } else {
      const { user, system } = process.cpuUsage();
      process.send?.(user + system);
    }
  });
  process.once('disconnect', () => process.exit());
  process.send?.(url);
}

const [name, providerURL] = process.argv.slice(2) as [ContestantName, string];
void serve(name, providerURL);
