import { explainRefusal } from '../../client/refusals.js';
import { isObject } from '../../internal/option-readers.js';
import { parseURL, trimSlashes } from '../../internal/urls.js';
import { isLoopback } from '../../providers.js';
import { showURL } from './base-url.js';
import { notChecked, ok, problem, warning, type Finding } from './findings.js';
import type { DoctorResponse, Reply } from './http.js';

/** What the API's answer to a call without a token shows. */
export interface SiteReading {
  findings: Finding[];
  /** Whether the API answers, so that more can be asked of it. */
  isUsable: boolean;
}

/** The call that tells most and does nothing. */
export function siteURL(baseURL: string): string {
  return `${baseURL}/api/get_user_info?lang=en_us`;
}

/** Tells from the reply to {@link siteURL} whether this is such a site, and where (PROTOCOL.md, the transport). */
export function readSite(baseURL: string, setting: string, reply: Reply): SiteReading {
  if (!reply.isResponse) {
    const { message, hint = '' } = reply.error;
    if (speaksPlainHTTP(reply)) {
      const advice = `Set ${setting} to ${baseURL.replace('https', 'http')} if it is a local provider; else look at the port.`;
      return { findings: [problem('site', 'it speaks http at this port, and not https', advice)], isUsable: false };
    }
    const advice = isLoopback(new URL(baseURL).hostname)
      ? `Start the local provider: npx passport-loginwith provider. Or set ${setting} to where it listens.`
      : hint;
    return { findings: [problem('site', `it ${message}`, advice)], isUsable: false };
  }
  const isAPI = isRefusal(parseJSON(reply.text));
  if (reply.status >= 300 && reply.status < 400) return readRedirect(baseURL, setting, reply, isAPI);
  const isGood = isAPI && reply.status < 300;
  if (!isGood) return { findings: [explainResponse(baseURL, setting, reply)], isUsable: false };
  return {
    findings: [ok('site', 'it answers as such a site does'), ok('site-address', `it calls itself ${baseURL}`)],
    isUsable: true,
  };
}

/** Compares clocks. With one that is far off, certificates and cookies are not valid. */
export function checkClock(id: 'clock' | 'app-clock', { clockLead }: DoctorResponse): Finding[] {
  if (clockLead === undefined) return [];
  const seconds = Math.round(Math.abs(clockLead) / 1000);
  const [whose, sign] = id === 'clock' ? ['the site', 1] : ['this machine', -1];
  if (seconds <= 60) return [ok(id, `as that of ${whose}, give or take a minute`)];
  const duration = seconds < 3600 ? `${Math.round(seconds / 60)} minutes` : `${(seconds / 3600).toFixed(1)} hours`;
  const direction = clockLead * sign > 0 ? 'ahead of' : 'behind';
  const text = `${duration} ${direction} that of ${whose}`;
  const advice = 'Compare both with a third one, and set the wrong one by NTP (timedatectl set-ntp true).';
  // A started login is valid for ten minutes.
  return [seconds < 10 * 60 ? warning(id, text, advice) : problem(id, text, advice)];
}

/** Whether TLS failed because the other side knows none. */
export function speaksPlainHTTP(reply: Extract<Reply, { isResponse: false }>): boolean {
  return reply.systemCode === 'ERR_SSL_WRONG_VERSION_NUMBER' || reply.systemCode === 'ERR_SSL_PACKET_LENGTH_TOO_LONG';
}

/** Parses JSON, or returns nothing. */
export function parseJSON(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function isRefusal(json: unknown): boolean {
  return isObject(json) && typeof json.message === 'string' && explainRefusal(json, '', 'user_info') !== undefined;
}

function readRedirect(
  baseURL: string,
  setting: string,
  { location, status }: DoctorResponse,
  isAPI: boolean,
): SiteReading {
  const target = parseURL(location, siteURL(baseURL));
  const path = target?.pathname.replace(/\/api(?:\.php|\/.*)?$/, '');
  const isToAPI = path !== undefined && path !== target?.pathname;
  if (
    target === undefined ||
    !/^https?:$/.test(target.protocol) ||
    (!isAPI && !isToAPI && isSameHost(target, baseURL))
  ) {
    const where = target === undefined ? '' : ` to ${showURL(target)}`;
    const found = `it answers ${status}, a redirect${where}, instead of JSON`;
    return { findings: [problem('site', found, `Check that ${baseURL} is the right base URL.`)], isUsable: false };
  }
  // Somewhere else without the API's path is most likely the site's home.
  const right = target.origin + trimSlashes(path ?? '');
  const findings = [
    isAPI ? ok('site', 'it answers as such a site does') : notChecked('site', `it redirects to ${right}`),
    problem(
      'site-address',
      `it calls itself ${right}, and not ${baseURL}`,
      `Set ${setting} to ${right}. On another address nobody can sign in there, and no callback ever comes.`,
    ),
  ];
  return { findings, isUsable: isAPI };
}

function isSameHost(target: URL, baseURL: string): boolean {
  return target.host === new URL(baseURL).host;
}

function explainResponse(baseURL: string, setting: string, { status, type, text }: DoctorResponse): Finding {
  const check = `Open ${baseURL} in a browser, and compare the address with ${setting}.`;
  if (status === 401 || status === 403 || status === 429)
    return problem(
      'site',
      `it answers ${status}`,
      'Something in front of it blocks this machine. Ask whoever runs the site to let it through.',
    );
  if (status >= 500) {
    const found = `it answers ${status}${text === '' ? ' with an empty body' : ''}`;
    return problem(
      'site',
      found,
      'The site is out of order, or has banned the address of this machine. Try again later.',
    );
  }
  if (status >= 400)
    return problem(
      'site',
      `it has no API at ${baseURL}/api (${status})`,
      `${check} Is the site in a subfolder, or is it another kind of site?`,
    );
  if (/\{"error":/.test(text))
    return problem(
      'site',
      'it prints other text before its JSON, as in debug mode',
      'Tell whoever runs the site to switch debug mode off.',
    );
  if (!/html/i.test(type) && !text.trimStart().startsWith('<'))
    return problem('site', `it answers ${status} with something else than the API does`, check);
  return explainPage(text, check);
}

/** Tells the pages of the script apart from those of other sites (PROTOCOL.md, the transport). */
function explainPage(text: string, check: string): Finding {
  const title = /<title[^>]*>([^<]{1,200})/i.exec(text)?.[1]?.trim().slice(0, 80) ?? '';
  const found = `it answers with a page${title === '' ? '' : ` (“${title}”)`} instead of JSON`;
  if (/database/i.test(title)) return problem('site', `${found}: its database is down`, 'Try again later.');
  if (/(?:blocked|banned|bloquée?)\b/i.test(text))
    return problem(
      'site',
      `${found}: it has banned the address of this machine`,
      'Ask whoever runs the site to lift that.',
    );
  if (/maintenance|wartung/i.test(text))
    return problem('site', `${found}: it is in maintenance`, 'Wait until it is back; nobody can log in until then.');
  if (/system message|message du syst/i.test(title))
    return problem('site', found, 'It is in maintenance, or has banned the address of this machine. Try again later.');
  return problem('site', found, `${check} It may be another kind of site, or be closed for maintenance.`);
}
