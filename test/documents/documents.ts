import { readdirSync } from 'node:fs';
import { parseBlocks, type DocumentBlock } from '../support/document-blocks';
import { root } from '../support/package-folder';

/** What users and contributors read: each of its blocks runs, or its types are checked. */
export const documents = [
  ...['README.md', 'README.fr.md', 'SECURITY.md', 'CONTRIBUTING.md'].filter((name) => readdirSync(root).includes(name)),
  ...readdirSync(`${root}/docs`)
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/${name}`),
];

/** Documents whose files, all blocks with a name, run in a suite of their own. */
export const runElsewhere: Readonly<Record<string, string>> = {
  'SECURITY.md': 'test/support/recorded-logins.ts',
  'docs/accounts.md': 'test/documents/accounts.test.ts',
  'docs/auth-js.md': 'test/frameworks/auth-js.test.ts',
  'docs/better-auth.md': 'test/frameworks/better-auth.test.ts',
  'docs/bun.md': 'test/frameworks/adapters.ts',
  'docs/connect.md': 'test/frameworks/adapters.ts',
  'docs/deno.md': 'test/frameworks/adapters.ts',
  'docs/deployment.md': 'test/recipes/deployment.test.ts',
  'docs/fastify.md': 'test/frameworks/adapters.ts',
  'docs/hono.md': 'test/frameworks/adapters.ts',
  'docs/jwt.md': 'test/browser/jwt.test.ts',
  'docs/koa.md': 'test/frameworks/adapters.ts',
  'docs/linking.md': 'test/documents/accounts.test.ts',
  'docs/many-sites.md': 'test/recipes/many-sites.test.ts',
  'docs/observability.md': 'test/support/recorded-logins.ts',
  'docs/nestjs.md': 'test/frameworks/adapters.ts',
  'docs/next.md': 'test/frameworks/adapters.ts',
  'docs/popup.md': 'test/browser/popup.test.ts',
  'docs/spa.md': 'test/browser/spa.test.ts',
  'docs/sveltekit.md': 'test/frameworks/adapters.ts',
};

/** Blocks that neither run nor have types that could be checked, by document and first line, and why. */
export const unchecked: Readonly<Record<string, string>> = {
  'docs/deployment.md: handle_path /shop/* {': 'Caddy, which the tests do not need elsewhere',
  'docs/observability.md: passport-loginwith:start pimbuzz redirects to the provider': 'is printed, with other times',
  'docs/pages.md: <a class="login-button" href="/auth/pimbuzz">': 'test/express/button.test.ts compares it',
  'docs/pages.md: .login-button {': 'test/express/button.test.ts compares it',
};

/** The blocks of all documents. */
export const allBlocks: readonly DocumentBlock[] = documents.flatMap(parseBlocks);

export const isScript = ({ language }: DocumentBlock): boolean => /^(?:js|ts|mjs|tsx)$/.test(language);

/** Whether it is a file of a document that no other suite runs. */
export const isOwnFile = ({ document, name }: DocumentBlock): boolean =>
  name !== undefined && runElsewhere[document] === undefined;

/** Whether a file waits for requests, on the port that it names. */
export const isApp = (block: DocumentBlock): boolean => isOwnFile(block) && /\.listen\(/.test(block.code);

/** Whether a file is run for what it prints. */
export const isProgram = (block: DocumentBlock): boolean =>
  isOwnFile(block) && block.name!.endsWith('.mjs') && !isApp(block) && !/^export /m.test(block.code);
