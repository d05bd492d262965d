import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import ts from 'typescript';
import type { DocumentBlock } from '../support/document-blocks';
import { root } from '../support/package-folder';
import { allBlocks, isApp, isOwnFile, isScript } from './documents';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'documents-'));
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const scripts = allBlocks.filter(isScript);
const isTypeScript = ({ language }: DocumentBlock): boolean => language.startsWith('ts');
const files = scripts.filter(isOwnFile);
const fragments = scripts.filter(({ name }) => name === undefined);

const context = (name: string): string => join(root, 'test/documents/context', name);

test('the types of the JavaScript files of documents are right; apps run', () => {
  const written = files.filter((block) => !isTypeScript(block) && !isApp(block)).map(write);
  expect(written.length).toBeGreaterThan(5);
  expect(check([...written, context('users.d.ts')], { strict: false })).toEqual([]);
});

test('the types of the TypeScript files of documents are right, strictly', () => {
  // Each declares its own user.
  const written = files.filter(isTypeScript).map(write);
  expect(written.length).toBeGreaterThan(1);
  for (const file of written) expect(check([file], { strict: true })).toEqual([]);
});

test('the types of what is no whole file are right, beside the app that they belong to', () => {
  const written = fragments.map(write);
  expect(written.length).toBeGreaterThan(15);
  expect(check([...written, context('users.d.ts'), context('fragments.d.ts')], { strict: false })).toEqual([]);
});

/** Writes a block into the folder of its document; returns its path. */
function write(block: DocumentBlock): string {
  const { document, line, name, code, side = '' } = block;
  const file = join(folder, document, side, name ?? `line-${line}.${isTypeScript(block) ? 'mts' : 'mjs'}`);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, /^(?:import|export) /m.test(code) || name !== undefined ? code : `${code}\nexport {};\n`);
  return file;
}

/** What tsc says of the files. */
function check(paths: string[], { strict }: { strict: boolean }): string[] {
  const options: ts.CompilerOptions = {
    allowJs: true,
    checkJs: true,
    strict,
    exactOptionalPropertyTypes: strict,
    noImplicitAny: strict,
    noEmit: true,
    skipLibCheck: true,
    target: ts.ScriptTarget.ES2023,
    lib: ['lib.es2023.d.ts', 'lib.es2024.string.d.ts', 'lib.dom.d.ts', 'lib.dom.iterable.d.ts'],
    module: ts.ModuleKind.NodeNext,
    moduleResolution: ts.ModuleResolutionKind.NodeNext,
    types: ['node', 'jest'],
    typeRoots: [join(root, 'node_modules/@types')],
    preserveSymlinks: true,
    paths: {
      'passport-loginwith': [join(root, 'lib/index.ts')],
      'passport-loginwith/*': [join(root, 'lib/*/index.ts')],
    },
  };
  const program = ts.createProgram(paths, options);
  const diagnostics = [
    ...program.getOptionsDiagnostics(),
    ...paths.flatMap((path) => ts.getPreEmitDiagnostics(program, program.getSourceFile(path))),
  ];
  return [...new Set(diagnostics.map(show))];
}

function show({ file, start, messageText }: ts.Diagnostic): string {
  const text = ts.flattenDiagnosticMessageText(messageText, '\n');
  if (file === undefined || start === undefined) return text;
  const { line } = file.getLineAndCharacterOfPosition(start);
  return `${file.fileName.replace(`${folder}/`, '')}:${line + 1} ${text}`;
}
