/** States of the whole site that an app can meet, each off (the site is well) by default. */
export interface SiteConditions {
  /** The site is in maintenance: only its admins get through, everybody else gets a page (200, HTML). */
  maintenance: boolean;
  /** `false`: the site's admin switched the developers' module off. */
  moduleEnabled: boolean;
  /**
   * The site prints its warnings. Only 2.8 has any: before the JSON, which is still called JSON, or with
   * `'unbuffered'` called HTML.
   */
  debugging: boolean | 'unbuffered';
  /** The site's database cannot be reached: a page on 4.x (200, HTML), 500 and nothing on 2.8. */
  databaseDown: boolean;
  /** The table of the approvals is broken; a text is the database's own message, which 4.x passes on. */
  sqlError: boolean | string;
  /** The callers' addresses are blocked. */
  callerBanned: boolean;
}

const WELL: SiteConditions = Object.freeze({
  maintenance: false,
  moduleEnabled: true,
  debugging: false,
  databaseDown: false,
  sqlError: false,
  callerBanned: false,
});

/** Reads the conditions among given options; each mistake is added to the list. */
export function parseSiteConditions(given: Record<string, unknown>, mistakes: string[]): SiteConditions {
  const flag = (name: keyof SiteConditions, fallback: boolean): boolean => {
    const value = given[name];
    if (typeof value === 'boolean') return value;
    if (value !== undefined) mistakes.push(`"${name}" must be true or false, not ${JSON.stringify(value)}`);
    return fallback;
  };
  const { debugging, sqlError } = given;
  return {
    maintenance: flag('maintenance', WELL.maintenance),
    moduleEnabled: flag('moduleEnabled', WELL.moduleEnabled),
    debugging: debugging === 'unbuffered' ? debugging : flag('debugging', false),
    databaseDown: flag('databaseDown', WELL.databaseDown),
    sqlError: typeof sqlError === 'string' && sqlError !== '' ? sqlError : flag('sqlError', false),
    callerBanned: flag('callerBanned', WELL.callerBanned),
  };
}

/** The conditions after some of them changed. @throws TypeError that names the wrong one. */
export function changeSiteConditions(conditions: SiteConditions, changes: object): SiteConditions {
  const given: Record<string, unknown> = { ...conditions, ...changes };
  const mistakes = Object.keys(given)
    .filter((name) => !(name in WELL))
    .map((name) => `"${name}" is not a condition; the conditions are ${Object.keys(WELL).join(', ')}`);
  const changed = parseSiteConditions(given, mistakes);
  if (mistakes.length > 0) throw new TypeError(`configure: ${mistakes.join('; ')}`);
  return changed;
}
