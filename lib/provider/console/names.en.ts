/**
 * Words for what is listed elsewhere: the site's states, the faults, the fields of a user. What has no words here is
 * shown by its name.
 */
export interface Names {
  /** By the name of the condition: what it is called, and what an app meets. */
  states: Readonly<Record<string, { title: string; lead: string }>>;
  /** By the name of the fault: what the caller sees. */
  faults: Readonly<Record<string, string>>;
  fields: Readonly<Record<string, string>>;
  hints: Readonly<Record<string, string>>;
  /** Fields of a user that stop a login, as a reason. */
  reasons: Readonly<Record<string, string>>;
}

export const namesEn: Names = {
  states: {
    maintenance: {
      title: 'Maintenance',
      lead: 'All but admins get a page (200, HTML) instead of JSON, and no key is looked at.',
    },
    moduleEnabled: {
      title: 'Developers module off',
      lead: 'The site’s admin switched it off: starts end at a page, both API calls get an error (200, JSON).',
    },
    debugging: {
      title: 'Warnings in the output',
      lead: 'Only version 2.8 has any: they come before the JSON, which no parser reads then.',
    },
    databaseDown: {
      title: 'Database down',
      lead: 'A page (200, HTML) instead of everything; on 2.8 an empty 500.',
    },
    sqlError: {
      title: 'SQL error',
      lead: 'The table of the grants is broken: an error in JSON that may hold raw SQL.',
    },
    callerBanned: {
      title: 'Caller banned',
      lead: 'The site has blocked the address of your server: a page (200, HTML) instead of JSON.',
    },
    private: {
      title: 'Private site',
      lead: 'Visitors must sign in before they see its pages. Logins at apps go on as ever.',
    },
    activationRequired: {
      title: 'No activation needed',
      lead: 'Who has not confirmed the e-mail address gets to the consent page, and its button fails.',
    },
    approvalRequired: {
      title: 'No approval needed',
      lead: 'The site no longer stops people whom its admin has not let in.',
    },
    packageRequired: {
      title: 'No package needed',
      lead: 'The site no longer stops people who have not paid.',
    },
    language: {
      title: 'Language of the site',
      lead: 'Messages and labels for callers who ask for no language that it has: en, fr, de, ar, es.',
    },
    languages: {
      title: 'Languages that are switched on',
      lead: 'The site’s own must be one. Set the language to fr, then this to fr: a French site without English.',
    },
    languageDetection: {
      title: 'No detection of the language',
      lead: 'The site does not look at Accept-Language.',
    },
    uploadsURL: {
      title: 'Uploads elsewhere',
      lead: 'The folder of the pictures: a URL on a CDN or S3, or a path such as /media.',
    },
  },
  faults: {
    reset: 'The connection is reset instead of a response. The site has run, so a key is used up.',
    hang: 'No response, ever. The site has run. Does your app have a timeout?',
    stalled: 'Half a response, then silence. The site has run.',
    truncated: 'Half a response, then the connection ends. The site has run.',
    endless: 'A response that never ends. The site has run.',
    slow: 'The response in small pieces, over 10 seconds.',
    too_large: 'The response, followed by a mebibyte of blanks.',
    wrong_host: '302 to the site’s home with the normal body, as under a wrong host name or scheme.',
    html: 'A page (200, HTML). The site has not looked at the call.',
    maintenance: 'The page of a site in maintenance.',
    database_down: 'The page of a site whose database is down.',
    caller_banned: 'The page of a site that has blocked your server.',
    sql_error: 'An error in JSON that holds raw SQL.',
    module_disabled: 'The error of a site whose developers module is off.',
    wrong_secret: '“invalid app_secret”, though it is right. The key stays valid.',
    used_key: 'The key became invalid before, as after a second exchange.',
    expired_token: 'The token is too old.',
    dead_token: 'The token was replaced by a newer login.',
    deleted_user: '[] instead of a profile: the user was deleted.',
    'reset before': 'The connection is reset before the site has run: a key stays valid.',
  },
  fields: {
    id: 'Id',
    username: 'User name',
    email: 'E-mail address',
    firstName: 'First name',
    lastName: 'Last name',
    gender: 'Gender',
    birthdate: 'Birth date',
    picture: 'Picture',
    cover: 'Cover',
    registered: 'Registered',
    relationship: 'Relationship',
    biography: 'Biography',
    website: 'Website',
    verified: 'Has the site’s badge',
    activated: 'Confirmed the e-mail address',
    approved: 'Let in by the site’s admin',
    hasPackage: 'Has a paid package',
    started: 'Completed the profile',
    banned: 'Banned by the site',
    admin: 'Admin: gets through maintenance',
  },
  hints: {
    id: 'Digits; empty for the next free one.',
    gender: 'male, female, other, or a label of the site’s own.',
    birthdate: 'YYYY-MM-DD, or 0000-00-00 as old accounts have it.',
    picture: 'Path below the uploads folder, such as photos/ada.svg.',
    cover: 'Path below the uploads folder.',
    registered: 'YYYY-MM-DD HH:MM:SS, in UTC.',
  },
  reasons: {
    activated: 'the e-mail address is not confirmed',
    approved: 'the account is not approved',
    hasPackage: 'there is no paid package',
    started: 'the profile is not completed',
    banned: 'the account is banned',
  },
};
