import type { IncomingMessage, ServerResponse } from 'node:http';

/** The parts of a Fastify instance that {@link adaptFastify} uses. */
export interface FastifyParts {
  hasReplyDecorator(name: string): boolean;
  decorateReply(name: string, method: (this: FastifyReplyParts, ...parameters: never[]) => unknown): unknown;
  addHook(
    name: 'onRequest',
    hook: (request: { raw: IncomingMessage }, reply: { raw: ServerResponse }, done: () => void) => void,
  ): unknown;
}

/** The parts of Fastify's reply that {@link adaptFastify} uses. */
export interface FastifyReplyParts {
  header(name: string, value: unknown): unknown;
  send(payload?: unknown): unknown;
}

/**
 * A Fastify plugin that makes up for what Passport and this strategy expect of a response. NestJS on Fastify needs it,
 * because `@nestjs/passport` lets Passport respond with Node's `setHeader` and `end`. With `@fastify/passport` it is
 * needed over HTTP/2, for `app.inject()`, and where an adapter for a cloud injects requests: there nothing else leads
 * from a request to its response.
 *
 * @example
 * await fastify.register(adaptFastify);
 */
export function adaptFastify(fastify: FastifyParts, _options: unknown, done: () => void): void {
  if (!fastify.hasReplyDecorator('setHeader')) {
    fastify.decorateReply('setHeader', function (name: string, value: unknown) {
      return this.header(name, value);
    });
  }
  if (!fastify.hasReplyDecorator('end')) {
    fastify.decorateReply('end', function (payload?: unknown) {
      return this.send(payload);
    });
  }
  fastify.addHook('onRequest', ({ raw }: { raw: IncomingMessage & { res?: ServerResponse } }, reply, next) => {
    raw.res = reply.raw;
    next();
  });
  done();
}

// For all routes of the app, not only for those that are registered in this plugin.
Object.assign(adaptFastify, { [Symbol.for('skip-override')]: true });
