/** An app on one framework: the code of a page in `docs/`. */
export interface Adapter {
  page: string;
  /** The page's code blocks that make the app, by their file names. Their section has the install lines. */
  files: string[];
  /** Whether its packages are devDependencies of this one, so that it runs without an installation. */
  isInstalled: boolean;
  /** Other versions than those of the install line: what npm installs for a name of it. */
  versions?: Record<string, string>;
  /** What the app imports by another name than this repository does. */
  aliases?: Record<string, string>;
  /** Runs in the app's folder before the app starts. */
  build?: string[];
  /** Starts the app, which prints its address. */
  start: string[];
  /** What users read when a login has failed. */
  failurePage: RegExp;
}

const failurePage = /The login failed\. Try again at \/auth\/pimbuzz/;

const nodeApp = (page: string, file: string): Adapter => ({
  page,
  files: [file],
  isInstalled: true,
  start: ['node', file],
  failurePage,
});

const nestApp = (name: string): Adapter => ({
  page: 'docs/nestjs.md',
  files: [`${name}.mts`],
  isInstalled: false,
  build: ['npx', 'tsc', ...compilerOptions, `${name}.mts`],
  start: ['node', `${name}.mjs`],
  failurePage,
});

/** Those of the page. */
const compilerOptions = '--strict --experimentalDecorators --module nodenext --target es2022 --types node'.split(' ');

/** By the name under which tests show them. */
export const adapters: Readonly<Record<string, Adapter>> = {
  'Express 5': nodeApp('docs/express.md', 'app.mjs'),
  'Express 4': {
    ...nodeApp('docs/express.md', 'app.mjs'),
    versions: { express: 'express@4' },
    aliases: { express: 'express4' },
  },
  connect: nodeApp('docs/connect.md', 'connect.mjs'),
  'node:http': nodeApp('docs/connect.md', 'http.mjs'),
  '@fastify/passport': nodeApp('docs/fastify.md', 'app.mjs'),
  'koa-passport': nodeApp('docs/koa.md', 'app.mjs'),
  'NestJS on Express': nestApp('express'),
  'NestJS on Fastify': nestApp('fastify'),
};
