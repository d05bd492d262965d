import type { FormFields } from './forms.js';
import { userFlags, userTexts, type User } from '../store/users.js';

/** What the form of a person says. A text that was empty or null before and still is stays what it was. */
export function readPerson(form: FormFields, before: User | undefined): Record<string, unknown> {
  const text = (name: string): string => form[name]?.replaceAll('\r\n', '\n') ?? '';
  const texts = userTexts.map((name) => [name, text(name) === '' ? emptyText(before?.[name]) : text(name)] as const);
  const flags = Object.keys(userFlags).map((name) => [name, form[name] !== undefined] as const);
  const id = text('id').trim();
  return {
    username: text('username').trim(),
    ...Object.fromEntries<unknown>([...texts, ...flags]),
    ...(before === undefined && id !== '' ? { id } : {}),
  };
}

function emptyText(before: string | null | undefined): '' | null {
  return before === '' ? '' : null;
}
