export const en = {
  layout: {
    skip: 'Skip to the content',
    banner: 'Local provider, for development',
    navigation: 'Main',
    myApps: 'My apps',
    myLogins: 'My logins',
    developers: 'Developers',
    console: 'Console',
    signIn: 'Sign in',
    signOut: 'Sign out',
    signedInAs: (name: string) => `Signed in as ${name}`,
    footer: (site: string) =>
      `This is not the real ${site}: it runs on your machine, its users are made up, and nothing leaves it.`,
  },
  home: {
    title: (site: string) => `Welcome to ${site}`,
    lead: 'A local provider for development. It behaves like the real site’s “Log in With”, surprises included.',
    signedInAs: (name: string, username: string) => `You are signed in as ${name} (@${username}).`,
    signedOut: 'You are not signed in.',
    signIn: 'Sign in',
    signOut: 'Sign out',
    apps: 'My apps',
    appsLead: 'Register an app, get its app_id and app_secret, and the lines of code to paste.',
    logins: 'My logins',
    loginsLead: 'See the apps you accepted, and remove one to be asked again at its next login.',
    docs: 'Developers',
    docsLead: 'The protocol step by step, and what the documentation does not say.',
    console: 'Console',
    consoleLead: 'Watch the requests of your app as they come, and try what can go wrong.',
  },
  signIn: {
    title: 'Sign in',
    lead: 'Choose who you are. No password: these users exist only here.',
    leadToApp: (app: string) => `Choose who you are, to go on to ${app}. No password: these users exist only here.`,
    users: 'Users',
    nobody: 'There are no users yet.',
    firstOf: (shown: string, all: string) => `The first ${shown} of ${all} users. For another one, type the user name.`,
    userName: 'User name',
    submit: 'Sign in',
    unknown: (name: string) => `No user here has the name “${name}”.`,
  },
  consent: {
    title: (site: string) => `Log in With ${site}`,
    heading: (app: string, site: string) => `Log in to ${app} with ${site}`,
    asks: (app: string) => `${app} will receive:`,
    receives: [
      'your name, e-mail address and user name',
      'your picture and cover',
      'gender, birth date, relationship, biography and website, as far as you filled them in',
    ],
    onlyOnce:
      'You are asked once. Later logins go through without a click, until you remove the app under “My logins”.',
    website: 'Website:',
    accept: (name: string) => `Continue as ${name}`,
    cancel: 'Cancel',
  },
};

/** Every text of the pages; a language that lacks one does not compile. */
export type Texts = typeof en;
