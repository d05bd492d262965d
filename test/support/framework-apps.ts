import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import connect from 'connect';
import type express from 'express';
import type { ErrorHandler, Handler, Next } from 'passport-loginwith/express';

/** What the tests need of an app, whatever its framework. */
export interface FrameworkApp {
  listener: RequestListener;
  use(...handlers: Handler[]): void;
  route(method: 'GET' | 'POST', path: string, ...handlers: Handler[]): void;
  useForErrors(...handlers: ErrorHandler[]): void;
}

/** Express 4 is installed under a name of its own. */
export const frameworks: Readonly<Record<string, () => FrameworkApp>> = {
  'Express 4': () => createExpressApp(jest.requireActual<typeof express>('express4')),
  'Express 5': () => createExpressApp(jest.requireActual<typeof express>('express')),
  connect: createConnectApp,
  'node:http': createNodeApp,
};

function createExpressApp(framework: typeof express): FrameworkApp {
  const app = framework();
  return {
    listener: app,
    use: (...handlers) => void app.use(...handlers),
    route: (method, path, ...handlers) => void app[method === 'GET' ? 'get' : 'post'](path, ...handlers),
    useForErrors: (...handlers) => void app.use(...handlers),
  };
}

function createConnectApp(): FrameworkApp {
  const app = connect();
  return {
    listener: app,
    use: (...handlers) => handlers.forEach((handler) => app.use(handler)),
    route: (...route) => void app.use(createRoute(...route)),
    useForErrors: (...handlers) => handlers.forEach((handler) => app.use(handler)),
  };
}

/** Nothing but functions that are called one after the other. */
function createNodeApp(): FrameworkApp {
  const all: Handler[] = [];
  const allForErrors: ErrorHandler[] = [];
  return {
    listener: (req, res) =>
      run(all, req, res, (error) => {
        const [first, last] = allForErrors;
        if (error) first?.(error, req, res, (again) => last?.(again, req, res, () => undefined));
        else res.writeHead(404).end();
      }),
    use: (...handlers) => void all.push(...handlers),
    route: (...route) => void all.push(createRoute(...route)),
    useForErrors: (...handlers) => void allForErrors.push(...handlers),
  };
}

function createRoute(method: string, path: string, ...handlers: Handler[]): Handler {
  return (req, res, next) => {
    const { pathname } = new URL(req.url!, 'http://app.test');
    if (req.method === method && pathname === path) run(handlers, req, res, next);
    else next();
  };
}

function run([first, ...rest]: Handler[], req: IncomingMessage, res: ServerResponse, next: Next): void {
  if (first === undefined) next();
  else first(req, res, (error) => (error ? next(error) : run(rest, req, res, next)));
}
