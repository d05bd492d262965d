import type { Language } from '../i18n.js';
import type { ProviderSettings, SiteConditions } from '../options.js';
import type { PageContext } from '../pages/index.js';
import type { User } from '../store/users.js';
import type { Parameter, Parameters } from './php-values.js';

/** One call of the script, with everything besides the store that its response depends on. */
export interface ScriptCall {
  /** The script's `do`. */
  readonly method: Parameter | undefined;
  readonly query: Parameters;
  readonly form: Parameters;
  /** Path and query, to come back to after the sign-in. */
  readonly path: string;
  readonly user: User | null;
  /** Language of the API's messages; `page` has that of the pages. */
  readonly language: Language;
  readonly page: PageContext;
  readonly siteURL: string;
  readonly uploadsURL: string;
  readonly settings: ProviderSettings;
  readonly conditions: SiteConditions;
}

/** Whether an app only asks for the site's own address, which is no step of a login. */
export function isAddressCall({ method, query, form }: ScriptCall): boolean {
  const isBare = form.size === 0 && [...query.keys()].every((name) => name === 'do' || name === 'lang');
  return method === 'get_user_info' && query.has('lang') && isBare;
}
