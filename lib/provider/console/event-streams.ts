import type { IncomingMessage, ServerResponse } from 'node:http';
import { pageHeaders } from '../server/page-responses.js';
import type { LoggedRequest, RequestLog } from '../server/request-log.js';

/** Open streams of the request log, as Server-Sent Events. */
export interface EventStreams {
  /**
   * Sends the requests after the one with this number, then those that come, each as its markup in JSON. When there are
   * too many streams, the oldest one ends with the event `superseded`.
   */
  open(req: IncomingMessage, res: ServerResponse, content: StreamContent): void;
}

interface StreamContent {
  after: number;
  render: (entry: LoggedRequest) => string;
}

export function createEventStreams(requestLog: RequestLog): EventStreams {
  /** The open streams, oldest first, each with what takes it off the log. */
  const streams = new Map<ServerResponse, () => void>();
  return {
    open(req, res, { after, render }) {
      if (req.method === 'HEAD') {
        res.writeHead(200, headers).end();
        return;
      }
      for (const [oldest, unsubscribe] of streams) {
        if (streams.size < mostStreams) break;
        streams.delete(oldest);
        // Before the end, which waits for a slow reader: a request that comes meanwhile must not be written after it.
        unsubscribe();
        oldest.end('event: superseded\ndata: \n\n');
      }
      const send = (entry: LoggedRequest): void => {
        // JSON has no line breaks, which would end the event.
        res.write(`id: ${String(entry.number)}\ndata: ${JSON.stringify(render(entry))}\n\n`);
        // A reader that does not read comes back for the rest.
        if (res.writableLength > largestBacklog) res.destroy();
      };
      res.writeHead(200, headers).write('retry: 2000\n\n');
      const entries = requestLog.list();
      // A page that is older than this process knows higher numbers.
      const isKnown = after <= (entries.at(-1)?.number ?? 0);
      for (const entry of entries) if (!isKnown || entry.number > after) send(entry);
      const unsubscribe = requestLog.subscribe(send);
      streams.set(res, unsubscribe);
      res.on('close', () => {
        streams.delete(res);
        unsubscribe();
      });
      // Whoever watches does not keep the process alive.
      req.socket.unref();
    },
  };
}

/** A browser opens six connections to a host at most, and the pages need some of them. */
const mostStreams = 4;
const largestBacklog = 1024 * 1024;

const headers = {
  ...pageHeaders,
  'content-type': 'text/event-stream; charset=utf-8',
  'cache-control': 'no-store',
};
