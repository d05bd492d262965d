import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { statusByCode } from '../lib/errors';
import { documentationOf } from '../lib/internal/documentation';
import { warningCodes } from '../lib/internal/warning';
import { otherCode } from '../lib/pages/failure-page';
import { createEnglishTexts } from '../lib/pages/texts.en';

const folder = join(__dirname, '..', 'docs');
const text = readFileSync(join(folder, 'errors.md'), 'utf8');
const headings = [...text.matchAll(/^#{1,6} (.+)$/gm)].map(([, heading = '']) => heading);
/** That of an error of the app's own is in JSON alone. */
const codes = Object.entries({ ...statusByCode, [otherCode]: 500 });

/** The anchor that GitHub gives to a heading. */
const anchorOf = (heading: string) =>
  heading
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\s_-]/gu, '')
    .replaceAll(' ', '-');

test('docs/errors.md has a section for each code and each warning, and for no other', () => {
  const named = headings.filter((heading) => /^[a-z_]+_[a-z_]+$|^timeout$|^LOGINWITH_/.test(heading));
  expect(named.sort()).toEqual([...codes.map(([code]) => code), ...warningCodes].sort());
});

test.each([...codes.map(([code]) => code), ...warningCodes])('the address of %s is that of its section', (code) => {
  const [file = '', anchor] = documentationOf(code)
    .replace(/^passport-loginwith/, '..')
    .split('#');
  expect(existsSync(join(__dirname, file))).toBe(true);
  expect(headings.map(anchorOf)).toContain(anchor);
});

test.each(codes)('the section of %s begins with its status, %i', (code, status) => {
  const [, section = ''] = text.split(new RegExp(`^### ${code}\n`, 'm'));
  expect(section.trimStart()).toMatch(new RegExp(`^Status ${status}[.,] `));
});

test('each headline of a page that is quoted here is one', () => {
  const quotes = [...text.matchAll(/“([A-Z][^”…]+)”/g)].map(([, quote = '']) => quote);
  const titles = Object.values(createEnglishTexts().failures).map(({ title }) => title.replace('{name}', 'Pimbuzz'));
  const others = ['Login sessions require session support', 'Log in With', 'Try again'];
  expect(quotes.length).toBeGreaterThan(3);
  expect(quotes.filter((quote) => !titles.includes(quote) && !others.includes(quote))).toEqual([]);
});

test('each warning of lib goes through one place, where its code is known', () => {
  const files = readdirSync(join(__dirname, '../lib'), { recursive: true, encoding: 'utf8' });
  const direct = files
    .filter((file) => file.endsWith('.ts'))
    .filter((file) => readFileSync(join(__dirname, '../lib', file), 'utf8').includes('process.emitWarning('));
  expect(direct).toEqual([join('internal', 'warning.ts')]);
});
