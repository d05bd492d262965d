import { readFileSync } from 'node:fs';
import { join } from 'node:path';

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
  /** The package that brings the program which runs the app, if it is not the Node of the tests. */
  runtime?: string;
  /** Runs in the app's folder before the app starts. */
  build?: string[];
  /** Starts the app, which prints its address. */
  start: string[];
  /** Whether the app must know its address before it starts. */
  needsOrigin?: boolean;
  /** What users read when a login has failed. */
  failurePage: RegExp;
  /** A page that sends users to the login, of an app whose logout other sites cannot cause. */
  guardedPage?: string;
}

const failurePage = /The login failed\. Try again at \/auth\/pimbuzz/;

const nodeApp = (page: string, file: string): Adapter => ({
  page,
  files: [file],
  isInstalled: true,
  start: ['node', file],
  failurePage,
});

/** As the page has it, for one of its files. */
const [, compileCommand = ''] =
  /^(npx tsc .+) \S+$/m.exec(readFileSync(join(__dirname, '../../docs/nestjs.md'), 'utf8')) ?? [];

const nestApp = (name: string): Adapter => ({
  page: 'docs/nestjs.md',
  files: [`${name}.mts`],
  isInstalled: false,
  build: [...compileCommand.split(' '), `${name}.mts`],
  start: ['node', `${name}.mjs`],
  failurePage,
});

const webApp = (page: string, files: string[], start: string[]): Adapter => ({
  page,
  files,
  isInstalled: false,
  start,
  failurePage: /<code>attempt_missing<\/code>/,
  guardedPage: '/me',
});

const nextFiles = ['auth/pimbuzz/route.ts', 'auth/pimbuzz/callback/route.ts', 'logout/route.ts', 'layout.tsx'];
const svelteRoutes = [
  'auth/pimbuzz/+server.js',
  'auth/pimbuzz/callback/+server.js',
  'logout/+server.js',
  '+layout.server.js',
  '+page.svelte',
  'me/+page.server.js',
  'me/+page.svelte',
];

/** Those of the page. */
const permissions = ['env', 'net', 'read', 'write'].map((name) => `--allow-${name}`);

/** By the name under which tests show them. */
export const adapters: Readonly<Record<string, Adapter>> = {
  'Express 5': nodeApp('docs/strategy.md', 'app.mjs'),
  'Express 4': {
    ...nodeApp('docs/strategy.md', 'app.mjs'),
    versions: { express: 'express@4' },
    aliases: { express: 'express4' },
  },
  connect: nodeApp('docs/connect.md', 'connect.mjs'),
  'node:http': nodeApp('docs/connect.md', 'http.mjs'),
  '@fastify/passport': nodeApp('docs/fastify.md', 'app.mjs'),
  'koa-passport': nodeApp('docs/koa.md', 'app.mjs'),
  'NestJS on Express': nestApp('express'),
  'NestJS on Fastify': nestApp('fastify'),
  'Hono on Node': {
    ...webApp('docs/hono.md', ['app.mjs', 'node.mjs'], ['node', 'node.mjs']),
    isInstalled: true,
  },
  'Hono on Bun': { ...webApp('docs/hono.md', ['app.mjs', 'bun.mjs'], ['bun', 'bun.mjs']), runtime: 'bun' },
  'Next.js': {
    ...webApp(
      'docs/next.md',
      ['auth.ts', ...[...nextFiles, 'page.tsx', 'me/page.tsx'].map((name) => `app/${name}`)],
      ['next', 'start'],
    ),
    build: ['next', 'build'],
  },
  SvelteKit: {
    ...webApp(
      'docs/sveltekit.md',
      [
        'vite.config.mjs',
        ...['env.js', 'lib/server/auth.js', 'hooks.server.js', 'app.html'].map((name) => `src/${name}`),
        ...svelteRoutes.map((name) => `src/routes/${name}`),
      ],
      ['sh', '-c', 'vite build && exec node build'],
    ),
    // On Node 20, npm would install the major version that still runs there.
    runtime: 'node@22',
    versions: { '@sveltejs/kit': '@sveltejs/kit@3' },
    needsOrigin: true,
  },
  Bun: { ...webApp('docs/bun.md', ['session.ts', 'app.ts'], ['bun', 'app.ts']), runtime: 'bun' },
  Deno: {
    ...webApp('docs/deno.md', ['session.ts', 'app.ts'], ['deno', 'run', ...permissions, 'app.ts']),
    runtime: 'deno',
  },
};
