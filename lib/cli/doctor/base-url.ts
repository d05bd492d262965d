import { parseURL, trimSlashes } from '../../internal/urls.js';
import { errorText } from '../../internal/unknown-error.js';
import { findProvider, isLoopback, providers } from '../../providers.js';
import type { Provider } from '../../types.js';
import { ok, problem, warning, type Finding } from './findings.js';
import { variable, type ProviderSetup } from './setups.js';
import { cleanValue } from './values.js';

/** The site to check; absent if nothing can be made of what was given. */
interface BaseURLReading {
  finding: Finding;
  baseURL: string | undefined;
}

/** Reads the base URL, and mends it where it is clear what was meant. */
export function readBaseURL({ name, url }: ProviderSetup): BaseURLReading {
  const known = Object.values(providers).find((provider) => provider.name === name);
  if (url === undefined) {
    const wanted = variable(name, 'URL');
    if (known !== undefined)
      return {
        finding: ok('base-url', `${known.baseURL}, the real site (${wanted} is not set)`),
        baseURL: known.baseURL,
      };
    const advice = `Set ${wanted} to the address of the site, such as https://social.example.`;
    return {
      finding: problem('base-url', `${wanted} is not set, and no site is known as ${name}`, advice),
      baseURL: undefined,
    };
  }
  const { text, mistake } = cleanValue(url.text);
  if (text === '') {
    const advice = known === undefined ? 'Set it to the address of the site.' : 'Remove the line to use the real site.';
    return { finding: problem('base-url', `${url.name} is empty`, advice), baseURL: undefined };
  }
  const isName = Object.hasOwn(providers, text);
  const { meant, mistakes } = isName ? { meant: text, mistakes: [] } : mend(text);
  const all = [...(mistake === undefined ? [] : [mistake]), ...mistakes];
  try {
    const { baseURL } = findProvider(meant);
    return { finding: judge(url.name, baseURL, known, all), baseURL };
  } catch (error) {
    // The message may repeat the value, which may be anything.
    const rule = errorText(error).replace(/^"provider" (?:"(?:[^"\\]|\\.)*" )?/, '');
    return { finding: problem('base-url', `${url.name} is no base URL`, `It ${rule}.`), baseURL: undefined };
  }
}

/** A URL as it may be shown: without user name, password, query and fragment. */
export function showURL(url: string | URL): string {
  const { origin, protocol, host, pathname } = new URL(url);
  return trimSlashes(`${origin === 'null' ? `${protocol}//${host}` : origin}${pathname}`);
}

function judge(setting: string, baseURL: string, known: Provider | undefined, mistakes: readonly string[]): Finding {
  if (mistakes.length > 0) {
    const advice = `Set ${setting} to ${baseURL}. The checks below use that.`;
    return problem('base-url', `${setting} ${mistakes.join(', and ')}`, advice);
  }
  const other = Object.values(providers).find((each) => each.baseURL === baseURL && each !== known);
  if (known === undefined || other === undefined) return ok('base-url', baseURL);
  const advice = `Set it to ${known.baseURL}, or remove it.`;
  return warning('base-url', `${setting} is the address of ${other.displayName}`, advice);
}

function mend(text: string): { meant: string; mistakes: string[] } {
  const mistakes: string[] = [];
  const hasScheme = /^[a-z][a-z\d+.-]*:\/\//i.test(text);
  const looksLikeHost = /^(?:[\w-]+\.)+[a-z]{2,}(?:[:/]|$)|^localhost(?:[:/]|$)|^\d+(?:\.\d+){3}(?:[:/]|$)/i.test(text);
  if (!hasScheme && !looksLikeHost) return { meant: text, mistakes };
  const isLocal = /^(?:localhost|127\.)/.test(text);
  const absolute = hasScheme ? text : `${isLocal ? 'http' : 'https'}://${text}`;
  const url = parseURL(absolute);
  if (url === undefined) return { meant: text, mistakes };
  if (!hasScheme) mistakes.push('does not begin with https://');
  if (url.protocol === 'http:' && !isLoopback(url.hostname)) {
    mistakes.push('begins with http://, and the secret is sent there');
    url.protocol = 'https:';
  }
  if (url.username !== '' || url.password !== '') mistakes.push('has a user name or a password');
  if (url.search !== '' || url.hash !== '') mistakes.push('has a query or a fragment');
  const path = url.pathname.replace(/\/api(?:\.php|\/.*)?$/i, '');
  if (trimSlashes(path) !== trimSlashes(url.pathname))
    mistakes.push('ends with a path of the API, which is added to it');
  return { meant: `${url.origin}${path}`, mistakes };
}
