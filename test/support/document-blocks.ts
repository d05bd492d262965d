import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The code blocks of a document that begin with a file name in a comment, by that name. */
export function readBlocks(document: string): Record<string, string> {
  const text = readFileSync(join(__dirname, '../..', document), 'utf8');
  const blocks = text.matchAll(/```[a-z]+\n(?:\/\/|#|<!--) (\S+\.\w+)(?: -->)?\n([\s\S]*?)```/g);
  return Object.fromEntries([...blocks].map(([, name = '', code = '']) => [name, code]));
}
