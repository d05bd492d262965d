import { redactText } from '../../errors.js';
import type { Finding, Section, Status } from './findings.js';

/** Removes secrets from a text. */
export type Mask = (text: string) => string;

/** Hides what looks like a secret, and these values, also percent-encoded. Those that are shorter are words, too. */
export function createMask(secrets: readonly string[]): Mask {
  const hidden = secrets
    .filter((secret) => secret.length >= 6)
    .flatMap((secret) => [secret, encodeURIComponent(secret), JSON.stringify(secret).slice(1, -1)])
    // The longest first: one may be a part of another.
    .sort((a, b) => b.length - a.length);
  return (text) => hidden.reduce((masked, secret) => masked.replaceAll(secret, '[redacted]'), redactText(text));
}

export function hasProblem(sections: readonly Section[]): boolean {
  return sections.some(({ findings }) => findings.some(({ status }) => status === 'problem'));
}

/** The report for a reader: what was checked, what was found and, behind an arrow, what to do. */
export function toText(sections: readonly Section[], mask: Mask, isColoured: boolean): string {
  const paint = isColoured
    ? (text: string, colour: number) => `\u001b[${colour}m${text}\u001b[0m`
    : (text: string) => text;
  const blocks = sections.map(({ title, findings }) => {
    const lines = findings.flatMap(({ status, checked, found, advice }) => [
      `  ${paint(words[status].padEnd(width), colours[status])}  ${printable(mask(`${checked}: ${found}`))}`,
      ...(advice === undefined ? [] : [`  ${' '.repeat(width)}  → ${printable(mask(advice))}`]),
    ]);
    return [paint(printable(mask(title)), bold), ...lines].join('\n');
  });
  const counts = countOf(sections);
  const worst = counts.problem > 0 ? 'problem' : counts.warning > 0 ? 'warning' : 'ok';
  const summary = paint(summaryOf(counts), colours[worst]);
  const next = counts.problem > 1 ? '\nMend them from the top: one may be the cause of the next.' : '';
  return `${[...blocks, summary].join('\n\n')}${next}\n`;
}

/** The report for a program. */
export function toJSON(sections: readonly Section[], mask: Mask): string {
  const checks = sections.flatMap(({ subject, findings }) =>
    findings.map(({ id, status, checked, found, advice }) => ({
      id,
      subject: mask(subject),
      status,
      checked,
      found: mask(found),
      advice: advice === undefined ? null : mask(advice),
    })),
  );
  return `${JSON.stringify({ ok: !hasProblem(sections), counts: countOf(sections), checks }, undefined, 2)}\n`;
}

const words: Record<Status, string> = { ok: 'ok', warning: 'warning', problem: 'PROBLEM', not_checked: 'not checked' };
const width = 'not checked'.length;
const bold = 1;
const colours: Record<Status, number> = { ok: 32, warning: 33, problem: 31, not_checked: 2 };

/** What a site sends must not steer the terminal. */
function printable(text: string): string {
  return text.replace(/\p{Cc}+/gu, ' ');
}

function countOf(sections: readonly Section[]): Record<Status, number> {
  const findings: readonly Finding[] = sections.flatMap((section) => section.findings);
  const count = (status: Status) => findings.filter((finding) => finding.status === status).length;
  return {
    ok: count('ok'),
    warning: count('warning'),
    problem: count('problem'),
    not_checked: count('not_checked'),
  };
}

function summaryOf(counts: Record<Status, number>): string {
  const plural = (count: number, word: string) => `${count} ${word}${count === 1 ? '' : 's'}`;
  return [
    plural(counts.problem, 'problem'),
    plural(counts.warning, 'warning'),
    `${counts.ok} ok`,
    `${counts.not_checked} not checked`,
  ].join(', ');
}
