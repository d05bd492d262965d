import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const tests = join(__dirname, '..');

test('each test that SECURITY.md names is there', () => {
  const text = readFileSync(join(tests, '..', 'SECURITY.md'), 'utf8');
  const named = [...text.matchAll(/`([\w./-]+\.test\.ts)`(?:: ((?:“[^”]+”(?:, )?)+))?/g)];
  expect(named.length).toBeGreaterThan(25);
  const missing = named.flatMap(([, file = '', titles = '']) => {
    const source = existsSync(join(tests, file)) ? readFileSync(join(tests, file), 'utf8') : '';
    const [...all] = titles.matchAll(/“([^”]+)”/g);
    const absent = all.map(([, title = '']) => title).filter((title) => !source.includes(title));
    return source === '' ? [file] : absent.map((title) => `${file}: ${title}`);
  });
  expect(missing).toEqual([]);
});
