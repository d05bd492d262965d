import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseDoctorOptions } from '../../lib/cli/doctor/options';
import { parseProviderArgs } from '../../lib/cli/provider/options';
import { adapters } from '../frameworks/adapters';
import { readDocument, type DocumentBlock } from '../support/document-blocks';
import { root } from '../support/package-folder';
import { allBlocks, documents, isApp, isProgram, isScript, runElsewhere, unchecked } from './documents';

const place = ({ document, line }: DocumentBlock): string => `${document}:${line}`;
const isShell = ({ language }: DocumentBlock): boolean => language === 'sh';
const reasonOf = ({ document, code }: DocumentBlock): string | undefined =>
  unchecked[`${document}: ${code.split('\n', 1)[0]!}`];

test('every block of every document runs, or its types or its commands are checked', () => {
  const left = allBlocks.filter((block) => {
    const runs = block.name !== undefined && runElsewhere[block.document] !== undefined;
    // Types are checked in types.test.ts, the profile in apps.test.ts.
    const isChecked = isScript(block) || isShell(block) || isApp(block) || isProgram(block);
    return !runs && !isChecked && place(block) !== profileExample && reasonOf(block) === undefined;
  });
  expect(left.map(place)).toEqual([]);
});

test('no block is left unchecked that is there no more', () => {
  const rows = Object.keys(unchecked).filter((row) => documents.some((document) => row.startsWith(`${document}: `)));
  expect(allBlocks.filter((block) => reasonOf(block) !== undefined)).toHaveLength(rows.length);
});

const profileExample = place(allBlocks.find(({ document, language }) => document === 'docs/profile.md' && language)!);

test.each(Object.entries(runElsewhere))('the files of %s run in %s', (document, suite) => {
  expect(documents).toContain(document);
  expect(readFileSync(join(root, suite), 'utf8')).toContain(`'${document}'`);
});

test('the app of a framework is made of all files of its page', () => {
  const run = Object.values(adapters).flatMap(({ page, files }) => files.map((file) => `${page}: ${file}`));
  const pages = Object.keys(runElsewhere).filter((page) => runElsewhere[page]!.endsWith('/adapters.ts'));
  const named = allBlocks.filter(({ document, name }) => name !== undefined && pages.includes(document));
  expect(named.map(({ document, name }) => `${document}: ${name}`).filter((file) => !run.includes(file))).toEqual([]);
});

const { scripts, dependencies, devDependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
  scripts: Record<string, string>;
  dependencies: Record<string, string>;
  devDependencies: Record<string, string>;
};
const installed = new Set(['passport-loginwith', ...Object.keys({ ...dependencies, ...devDependencies })]);

type Check = (words: string[], block: DocumentBlock) => void;

const isFileOf = ({ document }: DocumentBlock, file: string): boolean =>
  allBlocks.some(
    (block) => block.document === document && block.name?.replace(/ts$/, 'js') === file.replace(/ts$/, 'js'),
  );

/** What a line of a shell may be, and what must be true of it. */
const commands: readonly (readonly [RegExp, Check])[] = [
  [/^npm (?:ci|start|test|init -y)$/, () => undefined],
  [/^npm run/, ([name = '']) => expect(scripts).toHaveProperty([name])],
  [
    /^npm install(?: -D)?/,
    (names, { document }) => {
      // test/frameworks installs what these pages say.
      if (/frameworks|next-auth/.test(`${runElsewhere[document]}`)) return;
      expect(names.filter((name) => !installed.has(name))).toEqual([]);
    },
  ],
  [
    /^npx passport-loginwith provider/,
    (args, block) => {
      const command = parseProviderArgs(args);
      if (command.type !== 'start') throw new Error('it does not start');
      if (command.app !== undefined) checkCommand(command.app.join(' '), block);
    },
  ],
  [/^npx passport-loginwith doctor/, (args) => void parseDoctorOptions(args)],
  [
    /^(?:DEBUG=\S+ )?node(?: --env-file=\.env)?/,
    ([file = ''], block) => {
      // The reader's own app, on a page that has none; what SvelteKit builds.
      const isReaders =
        /^app\.m?js$/.test(file) &&
        !allBlocks.some(({ document, name }) => document === block.document && name?.startsWith('app.') === true);
      if (!isReaders && file !== 'build') expect(isFileOf(block, file)).toBe(true);
    },
  ],
  [/^(?:bun|deno) add/, ([name = '']) => expect(name).toContain('passport-loginwith')],
  [/^(?:bun|deno run)/, (words, block) => expect(isFileOf(block, words.at(-1)!)).toBe(true)],
  [/^npx jest$/, () => undefined],
  // Whole, in test/frameworks.
  [/^(?:ORIGIN=\S+ )?npx (?:tsc|next|vite)/, (_words, { document }) => expect(runElsewhere).toHaveProperty([document])],
  [/^npm pkg set type=module$/, () => undefined],
  [/^\w+=\S*$/, () => undefined],
];

function checkCommand(line: string, block: DocumentBlock): void {
  const [pattern, check] = commands.find(([each]) => each.test(line)) ?? [];
  if (pattern === undefined || check === undefined) throw new Error(`nothing is known of the command: ${line}`);
  const [parameters = ''] = line.replace(pattern, '').split(' > ');
  check(
    [...parameters.matchAll(/'([^']*)'|(\S+)/g)].map(([, quoted, word]) => quoted ?? word!),
    block,
  );
}

const shellLines = allBlocks.filter(isShell).flatMap((block) =>
  block.code
    .split(/\n|&&/)
    .map((line) => line.replace(/\s#.*/, '').trim())
    .filter((line) => line !== '')
    .map((line) => ({ place: place(block), line, block })),
);

test.each(shellLines)('$place: $line', ({ line, block }) => checkCommand(line, block));

test('the commands of this package in running text are ones that it understands', () => {
  const found = documents.flatMap((document) =>
    [...readDocument(document).matchAll(/`(npx passport-loginwith (?:provider|doctor)[^`]*)`/g)].map(
      ([, line = '']) => ({
        document,
        line: line.replaceAll(/\s+/g, ' '),
      }),
    ),
  );
  expect(found.length).toBeGreaterThan(5);
  for (const { document, line } of found)
    if (!line.endsWith('--help')) checkCommand(line, { document } as DocumentBlock);
});
