import type { ServerResponse } from 'node:http';
import type Router from 'router';
import { bodyOf } from '../dashboard/dashboard.js';
import { sendRedirect } from '../server/page-responses.js';
import { localPath } from '../server/urls.js';
import { tabs } from './section.js';

/** Goes back to the page of the console that the form was on. */
export function sendBack(res: ServerResponse, { return_to: path }: FormFields, done?: string): void {
  const here = /^\/console(?:[/?#]|$)/.test(localPath(path)) ? localPath(path) : tabs.requests;
  sendRedirect(res, done === undefined ? here : `${here}${here.includes('?') ? '&' : '?'}done=${done}`);
}

export type FormFields = Readonly<Partial<Record<string, string>>>;

/** The form's fields; one that was sent twice counts as not there. */
export function readFields(req: Router.Request): FormFields {
  // Object() makes an object of anything.
  const entries = Object.entries(Object(bodyOf(req)) as Record<string, unknown>);
  return Object.fromEntries(entries.flatMap(([name, value]) => (typeof value === 'string' ? [[name, value]] : [])));
}
