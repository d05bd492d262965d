import { readFileSync } from 'node:fs';
import { defineConfig } from 'rolldown';

const { dependencies } = JSON.parse(readFileSync(new URL('package.json', import.meta.url), 'utf8'));
const isDependency = (id) => Object.keys(dependencies).some((name) => id === name || id.startsWith(`${name}/`));
const inputsOf = (extension, ...names) => Object.fromEntries(names.map((name) => [name, `lib/${name}.${extension}`]));
/** Files for what several entries share. The first pattern that fits a module takes it. */
const chunks = {
  base: /lib.(errors|internal|options|providers)/,
  pages: /lib.pages/,
  login: /lib.(?!provider|cli)/,
  provider: /lib.provider/,
  cli: /lib.cli/,
};
const groups = Object.entries(chunks).map(([name, test]) => ({ name, test, minShareCount: 2 }));

/**
 * Node takes longer to find and open many files than to run them, so the published JavaScript is a few files (`npm run
 * bench:load`), in which each module exists once. tsc checks the types and writes the declarations.
 */
export default defineConfig([
  {
    input: {
      ...inputsOf('ts', 'index', 'express/index', 'web/index', 'provider/index', 'cli/index', 'cli/doctor/index'),
      ...inputsOf('ts', 'auth-js/index', 'better-auth/index', 'start-page'),
    },
    // Loaded when they are needed: the command's doctor, which knows its place in the package, and the strategy's page.
    external: (id) => isDependency(id) || ['./doctor/index.js', './start-page.js'].includes(id),
    platform: 'node',
    tsconfig: false,
    resolve: { extensionAlias: { '.js': ['.ts'] } },
    // Else templates with "</script" in them call a helper, as if this were a script inside a page.
    transform: { target: 'node20', plugins: { taggedTemplateEscape: false } },
    output: {
      dir: 'dist',
      format: 'cjs',
      exports: 'named',
      strict: true,
      chunkFileNames: 'chunks/[name].js',
      codeSplitting: { groups },
    },
  },
  {
    input: inputsOf(
      'mts',
      'index',
      ...['express', 'web', 'provider', 'auth-js', 'better-auth'].map((name) => `${name}/index`),
    ),
    external: './index.js',
    tsconfig: false,
    output: { dir: 'dist', format: 'es', entryFileNames: '[name].mjs' },
  },
]);
