import type { IncomingMessage } from 'node:http';
import { parse } from 'cookie';
import type { Parameters } from '../api/php-values.js';
import type { SiteConditions, Version } from '../options.js';
import { codeOf, languageOfCode, type Language } from '../i18n.js';

interface LanguageContext {
  readonly query: Parameters;
  readonly version: Version;
  readonly conditions: SiteConditions;
}

/**
 * The language in which the script responds (PROTOCOL.md: Languages). Whoever asks for a language that is not there, or
 * not switched on, gets English, and not the site's own: the script looks no further then.
 */
export function readLanguage(req: IncomingMessage, { query, version, conditions }: LanguageContext): Language {
  const asked = query.get('lang') ?? cookieLanguage(req) ?? (version === '2.8' ? undefined : req.headers['x-lang']);
  if (asked !== undefined) return (typeof asked === 'string' ? enabledLanguage(asked, conditions) : undefined) ?? 'en';
  const accepted = conditions.languageDetection && version !== '2.8' ? acceptedCode(req) : undefined;
  return (accepted === undefined ? undefined : enabledLanguage(accepted, conditions)) ?? conditions.language;
}

/** The cookie with which the site keeps a language that `?lang=` asked for; undefined when there is nothing to keep. */
export function languageCookie(query: Parameters, conditions: SiteConditions): string | undefined {
  const asked = query.get('lang');
  const language = typeof asked === 'string' ? enabledLanguage(asked, conditions) : undefined;
  return language === undefined ? undefined : `s_lang=${codeOf(language)}; path=/; httponly; samesite=lax`;
}

function cookieLanguage({ headers }: IncomingMessage): string | undefined {
  return parse(headers.cookie ?? '').s_lang;
}

function enabledLanguage(code: string, { languages }: SiteConditions): Language | undefined {
  const language = languageOfCode(code);
  return language !== undefined && languages.includes(language) ? language : undefined;
}

/** The first tag as a code, whatever its weight: `de-DE` is `de_de`, and `fr`, without a country, is `fr_fr`. */
function acceptedCode({ headers }: IncomingMessage): string | undefined {
  const [, language, country = language] =
    /^([a-z]+)(?:[-_]([a-z]+))?(?:[,;]|$)/i.exec(headers['accept-language'] ?? '') ?? [];
  return language === undefined ? undefined : `${language}_${String(country)}`.toLowerCase();
}
