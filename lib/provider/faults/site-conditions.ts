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
  /** The conditions when everything works: no switch is on, and the rest is as the site was started. */
  readonly normal: SiteConditions;
  /** Names of those that are not normal. */
  listUnusual(): (keyof SiteConditions)[];
  /** @throws TypeError that names the wrong condition; nothing is changed then. */
  change(changes: Partial<SiteConditions>): void;
}

export function createConditions(initial: SiteConditions): CurrentConditions {
  let current = initial;
  const switches = Object.entries(checkConditions({})).filter(([, value]) => typeof value === 'boolean');
  const normal = checkConditions({ ...initial, ...Object.fromEntries(switches) });
  return {
    normal,
    read: () => current,
    // As text, because a condition may be a list.
    listUnusual: () => conditionNames.filter((name) => JSON.stringify(current[name]) !== JSON.stringify(normal[name])),
    change(changes) {
      current = checkConditions({ ...current, ...changes });
    },
  };
}

function checkConditions(given: Partial<SiteConditions>): SiteConditions {
  const names = { caller: 'configure', names: conditionNames, example: '{ maintenance: true }' };
  return parseOptions(names, given, readSiteConditions);
}
