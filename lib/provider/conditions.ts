import { isBoolean, type OptionReader } from '../internal/option-readers.js';
import { trimSlashes } from '../internal/urls.js';
import { isLanguage, languages, type Language } from './i18n.js';
import { isWebURL } from './store/app-form.js';

/** States of the whole site that an app can meet. By default, everything works. */
export interface SiteConditions {
  /** The site is in maintenance: only its admins get through, everybody else gets a page (200, HTML). */
  maintenance: boolean;
  /** `false`: the site's admin switched the developers' module off. */
  moduleEnabled: boolean;
  /**
   * The site prints its warnings. Only 2.8 has any: before the JSON, with the content type of JSON, or with
   * `'unbuffered'` that of HTML.
   */
  debugging: boolean | 'unbuffered';
  /** The site's database cannot be reached: a page on 4.x (200, HTML), 500 with an empty body on 2.8. */
  databaseDown: boolean;
  /** The table of the grants is broken; a text is the database's own message, which 4.x passes on. */
  sqlError: boolean | string;
  /** The callers' addresses are blocked. */
  callerBanned: boolean;
  /** Visitors have to sign in before they see any page but the home page. Logins at apps go on as ever. */
  private: boolean;
  /**
   * Users whose e-mail address is not confirmed (`activated: false`) are stopped at the start of a login. `false`: they
   * get as far as the consent page, and its button fails. 2.8 never stops them earlier. Default: `true`.
   */
  activationRequired: boolean;
  /** Versions 4.x stop users whom the site's admin has not let in yet (`approved: false`). Default: `true`. */
  approvalRequired: boolean;
  /** Users without a paid package (`hasPackage: false`) are sent to `/packages`. Default: `true`. */
  packageRequired: boolean;
  /** The site's language, for callers who ask for none of its languages. Default: `'en'`. */
  language: Language;
  /** The languages that are switched on; the site's own must be one. Default: all that the provider has texts for. */
  languages: readonly Language[];
  /** `false`: versions 4.x do not look at `Accept-Language`; 2.8 never does. Default: `true`. */
  languageDetection: boolean;
  /**
   * URL of the uploads folder, for a site with a CDN or on S3, or its path on the site, such as `/media`. Where the
   * provider itself is asked for that path, on whatever host name, it has the pictures. Default: `/content/uploads`.
   */
  uploadsURL?: string | undefined;
}

export const conditionNames = [
  'maintenance',
  'moduleEnabled',
  'debugging',
  'databaseDown',
  'sqlError',
  'callerBanned',
  'private',
  'activationRequired',
  'approvalRequired',
  'packageRequired',
  'language',
  'languages',
  'languageDetection',
  'uploadsURL',
] as const satisfies readonly (keyof SiteConditions)[];

export function readSiteConditions({ given, read, reject }: OptionReader): SiteConditions {
  const { debugging, sqlError } = given;
  const readFlag = (name: keyof SiteConditions) => read(name, isBoolean, 'true or false');
  const uploadsURL = read('uploadsURL', isUploadsURL, 'an http(s) URL, or a path of the site such as "/media"');
  const language = read('language', isLanguage, `one of ${languages.join(', ')}`) ?? 'en';
  const enabled = read('languages', areLanguages, `a list of some of ${languages.join(', ')}`) ?? languages;
  if (!enabled.includes(language)) reject(`"languages" must hold the site's own language, ${language}`);
  return {
    maintenance: readFlag('maintenance') ?? false,
    moduleEnabled: readFlag('moduleEnabled') ?? true,
    debugging: debugging === 'unbuffered' ? debugging : (readFlag('debugging') ?? false),
    databaseDown: readFlag('databaseDown') ?? false,
    sqlError: isFilledText(sqlError) ? sqlError : (readFlag('sqlError') ?? false),
    callerBanned: readFlag('callerBanned') ?? false,
    private: readFlag('private') ?? false,
    activationRequired: readFlag('activationRequired') ?? true,
    approvalRequired: readFlag('approvalRequired') ?? true,
    packageRequired: readFlag('packageRequired') ?? true,
    language,
    languages: enabled,
    languageDetection: readFlag('languageDetection') ?? true,
    uploadsURL: uploadsURL && trimSlashes(uploadsURL),
  };
}

export function isFilledText(value: unknown): value is string {
  return typeof value === 'string' && value.trim() !== '';
}

function areLanguages(value: unknown): value is readonly Language[] {
  return Array.isArray(value) && value.every(isLanguage);
}

function isUploadsURL(value: unknown): value is string {
  return isWebURL(value) || (typeof value === 'string' && /^\/[\w.-]+(?:\/[\w.-]+)*\/*$/.test(value));
}
