import { execFile } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import ts from 'typescript';

const root = join(__dirname, '..');
const folder = join(root, 'docs/api');

test('docs/api is what the docstrings say', async () => {
  const script = join(root, '.ci/api-reference.mjs');
  await expect(promisify(execFile)(process.execPath, [script, '--check'])).resolves.toEqual({ stdout: '', stderr: '' });
}, 60_000);

test('each example of docs/api compiles in an app that imports what it uses', () => {
  const examples = readdirSync(folder).flatMap(readExamples);
  expect(examples.length).toBeGreaterThan(20);
  expect(compile(new Map(examples))).toEqual([]);
}, 60_000);

/** What the examples take for granted in the app around them. */
const app = `
import passport from 'passport';
import session from 'express-session';
import morgan from 'morgan';
declare const app: import('express').Express;
declare const fastify: import('fastify').FastifyInstance;
declare const users: { findOrCreate(provider: string, id: string): Promise<Express.User> };
declare const beginSession: (provider: string, id: string) => Promise<void>;
declare const auth: import('passport-loginwith/express').LoginWith;
declare const provider: import('passport-loginwith/provider').LocalProvider;
declare const strategy: import('passport-loginwith').LoginWithStrategy;
declare const handlers: { GET(request: Request): Promise<Response> };
declare const NextAuth: (config: import('@auth/core').AuthConfig) => void;
declare const betterAuth: (options: { plugins: { id: string }[] }) => void;
declare const customFetch: typeof import('@auth/core').customFetch;
declare const appId: string, appSecret: string, cookieSecret: string, secret: string, authKey: string, body: string;
`;

/** The blocks of code of a page, each as a module that imports from the page's entry what the block uses. */
function readExamples(page: string): [name: string, source: string][] {
  const text = readFileSync(join(folder, page), 'utf8');
  const exported = [...text.matchAll(/^### (\w+)/gm)].map(([, name = '']) => name);
  const entry = page === 'index.md' ? 'passport-loginwith' : `passport-loginwith/${page.replace('.md', '')}`;
  return [...text.matchAll(/```ts\n([\s\S]*?)```/g)].map(([, code = ''], index) => {
    const used = exported.filter((name) => new RegExp(`\\b${name}\\b`).test(code) && !code.includes(`'${entry}'`));
    const imports = `import { ${used.join(', ')} } from '${entry}';\n`;
    const around = app.replaceAll(/^declare const (\w+):.*\n/gm, (line, name) =>
      code.includes(`const ${name} =`) ? '' : line,
    );
    return [join(folder, `${page}-${index}.mts`), around + imports + code];
  });
}

/** What the compiler says against these files, which exist in memory alone. */
function compile(sources: Map<string, string>): string[] {
  const { config } = ts.readConfigFile(join(root, 'tsconfig.json'), (path) => ts.sys.readFile(path)) as {
    config: object;
  };
  const { options } = ts.parseJsonConfigFileContent({ ...config, files: [] }, ts.sys, root);
  // An example need not use all that its app has.
  const loose = { ...options, noUnusedLocals: false, noUnusedParameters: false, skipLibCheck: true };
  const host = ts.createCompilerHost(loose);
  const onDisk = ts.createCompilerHost(loose);
  host.getSourceFile = (path, version) => {
    const source = sources.get(path);
    if (source === undefined) return onDisk.getSourceFile(path, version);
    return ts.createSourceFile(path, source, version);
  };
  const program = ts.createProgram([...sources.keys()], loose, host);
  return [...sources.keys()].flatMap((path) =>
    ts
      .getPreEmitDiagnostics(program, program.getSourceFile(path))
      .map(({ messageText }) => `${path}: ${ts.flattenDiagnosticMessageText(messageText, ' ')}`),
  );
}
