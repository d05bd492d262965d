import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const root = join(__dirname, '../..');

/** A fenced block of a document. One of language `diff` is two, of language `js`: what is there before and after. */
export interface DocumentBlock {
  document: string;
  /** Of the fence, in the document. */
  line: number;
  language: string;
  side: 'before' | 'after' | undefined;
  /** The file that the block is; undefined if it does not begin with a file name in a comment. */
  name: string | undefined;
  /** Without the file name. */
  code: string;
}

/** All blocks of a document, in their order. */
export function parseBlocks(document: string): DocumentBlock[] {
  const text = readDocument(document);
  return [...text.matchAll(/^( *)```(\w*)\n([\s\S]*?)^\1```$/gm)].flatMap((match): DocumentBlock[] => {
    const [, indent = '', language = '', body = ''] = match;
    const place = { document, line: text.slice(0, match.index).split('\n').length };
    const code = body.replaceAll(new RegExp(`^${indent}`, 'gm'), '');
    if (language !== 'diff') return [{ ...place, language, side: undefined, ...splitName(code) }];
    return (['before', 'after'] as const).map((side) => {
      return { ...place, language: 'js', side, ...splitName(readSide(code, side)) };
    });
  });
}

/** The code blocks of a document that begin with a file name in a comment, by that name. */
export function readBlocks(document: string): Record<string, string> {
  const named = parseBlocks(document).filter(({ name, side }) => name !== undefined && side !== 'before');
  return Object.fromEntries(named.map(({ name, code }) => [name, code]));
}

/** The text of a document, by its path in the repository. */
export function readDocument(document: string): string {
  return readFileSync(join(root, document), 'utf8');
}

function splitName(block: string): Pick<DocumentBlock, 'name' | 'code'> {
  const [first = '', name] = /^(?:\/\/|#|<!--) (\S+\.\w+)(?: -->)?\n/.exec(block) ?? [];
  return { name, code: block.slice(first.length) };
}

function readSide(diff: string, side: 'before' | 'after'): string {
  const other = side === 'before' ? '+' : '-';
  const lines = diff.split('\n').filter((line) => !line.startsWith(other));
  return lines.map((line) => line.slice(1)).join('\n');
}
