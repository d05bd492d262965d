import { problem, type Finding } from './findings.js';
import type { DoctorResponse } from './http.js';

/** Chromium applies `form-action` to the redirects after a form, too: such a button leads nowhere. */
export function checkForms({ text, policies }: DoctorResponse, start: string, providerURL: string): Finding[] {
  const forms = [...text.matchAll(/<form\b[^>]{0,500}/gi)].map(([tag]) => /\saction="([^"?#]*)/i.exec(tag)?.[1]);
  if (!forms.some((action) => action?.endsWith(start))) return [];
  const { origin } = new URL(providerURL);
  const isBlocked = policies.some((policy) => {
    const sources = /(?:^|;)\s*form-action([^;]*)/i.exec(policy)?.[1]?.trim().split(/\s+/);
    return sources !== undefined && !sources.some((each) => isFor(each, origin));
  });
  if (!isBlocked) return [];
  const advice = `Make it a link, or add ${origin} to form-action.`;
  return [problem('form-action', `the form to ${start} is blocked in Chromium by form-action of the page`, advice)];
}

/** Whether a source of the policy lets a form go to an origin. One with a wildcard in its host may. */
function isFor(source: string, origin: string): boolean {
  const { protocol, host } = new URL(origin);
  if (source === '*' || source === protocol || source.includes('*.')) return true;
  return [origin, host].includes(source.toLowerCase().replace(/(?<!\/)\/(?!\/).*$/, ''));
}
