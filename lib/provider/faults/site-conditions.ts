import { parseOptions } from '../../internal/option-readers.js';
import { conditionNames, readSiteConditions, type SiteConditions } from '../options.js';

/** The conditions that a fault of this name puts the site in, for one call. */
export const namedConditions = {
  maintenance: { maintenance: true },
  database_down: { databaseDown: true },
  caller_banned: { callerBanned: true },
  sql_error: { sqlError: true },
  module_disabled: { moduleEnabled: false },
} as const satisfies Record<string, Partial<SiteConditions>>;

/** The site's conditions, which the app's tests may change. */
export interface CurrentConditions {
  read(): SiteConditions;
  /** @throws TypeError that names the wrong condition; nothing is changed then. */
  change(changes: Partial<SiteConditions>): void;
}

export function createConditions(initial: SiteConditions): CurrentConditions {
  let current = initial;
  return {
    read: () => current,
    change(changes) {
      const names = { caller: 'configure', names: conditionNames, example: '{ maintenance: true }' };
      current = parseOptions(names, { ...current, ...changes }, readSiteConditions);
    },
  };
}
