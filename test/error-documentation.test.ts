import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { statusByCode } from '../lib/errors';
import { documentationOf } from '../lib/internal/documentation';
import { warningCodes } from '../lib/internal/warning';

const folder = join(__dirname, '..', 'docs');
const readHeadings = (text: string) => [...text.matchAll(/^#{1,6} (.+)$/gm)].map(([, heading = '']) => heading);
const text = readFileSync(join(folder, 'errors.md'), 'utf8');
const headings = readHeadings(text);
const codes = Object.entries(statusByCode);

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

test.each(['errors.md', 'observability.md'])('each link of docs/%s leads somewhere', (document) => {
  const links = [...readFileSync(join(folder, document), 'utf8').matchAll(/\]\(([^)\s]+)\)/g)].map(
    ([, link = '']) => link,
  );
  expect(links.length).toBeGreaterThan(4);
  const broken = links.filter((link) => {
    if (/^https?:/.test(link)) return false;
    const [file = '', anchor] = link.split('#');
    const path = join(folder, file === '' ? document : file);
    if (!existsSync(path)) return true;
    return anchor !== undefined && !readHeadings(readFileSync(path, 'utf8')).map(anchorOf).includes(anchor);
  });
  expect(broken).toEqual([]);
});

test('each warning of lib goes through one place, where its code is known', () => {
  const { readdirSync } = jest.requireActual<typeof import('node:fs')>('node:fs');
  const files = readdirSync(join(__dirname, '../lib'), { recursive: true, encoding: 'utf8' });
  const direct = files
    .filter((file) => file.endsWith('.ts'))
    .filter((file) => readFileSync(join(__dirname, '../lib', file), 'utf8').includes('process.emitWarning('));
  expect(direct).toEqual([join('internal', 'warning.ts')]);
});
