/* An app on nothing but node:http, where Express and Passport cannot be loaded. Its parent tells it the providers. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import Module from 'node:module';
import type { AddressInfo } from 'node:net';
import type { LoginWithOptions } from '../../lib/express/index';

const internals = Module as unknown as { _resolveFilename: (request: string, ...rest: unknown[]) => string };
const resolveFilename = internals._resolveFilename;
internals._resolveFilename = function (request, ...rest) {
  if (/^(?:express|passport)(?:$|\/)/.test(request)) throw new Error(`${request} is not installed`);
  return resolveFilename.call(this, request, ...rest);
};

async function main(): Promise<void> {
  const { loginWith } = await import('../../lib/express/index.js');
  const { default: cookieSession } = await import('cookie-session');
  const server = createServer();
  server.listen(0, '127.0.0.1', () =>
    process.send?.({ url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` }),
  );
  process.once('message', ({ providers }: Pick<LoginWithOptions, 'providers'>) => {
    const session = cookieSession({ keys: ['a secret of the app'] });
    const errors: string[] = [];
    process.on('unhandledRejection', (error: Error) => errors.push(String(error)));
    let calls = 0;
    const auth = loginWith({ providers, onError: () => errors.push('onError') });
    const respond = (req: IncomingMessage & Express.Request, res: ServerResponse, error: unknown) => {
      if (req.url === '/thrown') res.end(JSON.stringify({ calls, errors }));
      else if (req.url !== '/throw') res.end(JSON.stringify({ failed: Boolean(error), user: req.user }));
      else {
        calls += 1;
        res.end('sent');
        throw new Error('of the app');
      }
    };
    server.on('request', (req, res) =>
      (session as unknown as typeof auth)(req, res, () =>
        auth(req, res, (error) => respond(req as Parameters<typeof respond>[0], res, error)),
      ),
    );
    process.send?.('ready');
  });
}

void main();
