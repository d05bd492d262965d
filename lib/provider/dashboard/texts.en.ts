import type { AppField, AppMistake, Category } from '../store/app-form.js';

const fields: Record<AppField, string> = {
  name: 'Name',
  domain: 'Domain',
  redirectURL: 'Redirect URL',
  description: 'Description',
  category: 'Category',
  iconURL: 'Icon (optional)',
};

const hints: Record<AppField, string | null> = {
  name: 'What users see when they are asked to log in.',
  domain: 'Where the app lives, such as example.com or localhost:3000.',
  redirectURL: 'Where users come back to, with ?auth_key=… at its end. Give it without “?” and “#”.',
  description: 'At most 200 characters.',
  category: null,
  iconURL: 'Address of a picture (https://…), or a data:image address.',
};

const mistakes: Record<AppMistake, string> = {
  nameMissing: 'Enter a name for your app.',
  nameTooLong: 'Enter a name of at most 64 characters.',
  domainMissing: 'Enter the domain of your app.',
  domainInvalid: 'Enter a domain only, such as example.com or localhost:3000, without a path.',
  redirectURLMissing: 'Enter a redirect URL.',
  redirectURLInvalid:
    'Please enter a valid App redirect URL: a whole address, without spaces, accents, or “_” in the host name.',
  descriptionMissing: 'Enter a description of your app.',
  descriptionTooLong: 'Enter a description of at most 200 characters.',
  categoryMissing: 'Select a category.',
  iconURLInvalid: 'Enter the address of a picture that starts with http://, https:// or data:image/.',
};

const categories: Record<Category, string> = {
  business: 'Business',
  education: 'Education',
  entertainment: 'Entertainment',
  games: 'Games',
  health: 'Health and sport',
  lifestyle: 'Lifestyle',
  news: 'News',
  shopping: 'Shopping',
  tools: 'Tools',
  other: 'Other',
};

export const dashboardEn = {
  fields,
  hints,
  mistakes,
  categories,
  apps: {
    title: 'My apps',
    none: 'You have no app yet.',
    create: 'Create app',
  },
  form: {
    createTitle: 'Create app',
    editTitle: (app: string) => `Edit ${app}`,
    mistakesTitle: 'Some fields need another look:',
    choose: 'Select a category',
    create: 'Create app',
    save: 'Save',
    cancel: 'Cancel',
  },
  app: {
    edit: 'Edit',
    remove: 'Delete',
    credentials: 'Credentials',
    about: 'About the app',
    show: 'Show app_secret',
    secretHint: 'Keep it on your server: whoever has it can act as your app.',
    copy: 'Copy',
    copied: 'Copied',
    copyFailed: 'Selected: press Ctrl+C',
    code: 'Code to paste',
    install: 'Install the packages:',
    env: 'Put these lines into a file named .env, beside the program:',
    showEnv: 'Show .env (contains secrets)',
    typeScript: 'TypeScript (app.ts)',
    javaScript: 'JavaScript (app.mjs)',
    tryIt: 'Start it with “node --env-file=.env app.mjs”, then open',
    realSite: (site: string) =>
      `For the real ${site}, put its address, its credentials and a new SESSION_SECRET into .env; the program stays.`,
  },
  traps: {
    title: 'This redirect URL makes logins harder',
    lead: 'The provider appends the key without looking at what is there, so users come back to:',
    query:
      'Because of the “?”, most frameworks read the key as part of another parameter. passport-loginwith ' +
      'finds it all the same.',
    fragment:
      'Browsers keep everything behind “#” to themselves: the key never reaches your server, and no login can succeed.',
    cut: 'It does not fit into the 256 characters of its column, so its end is lost, and no login can succeed.',
    advice: 'It is allowed, as on the real site. A short address without “?” and “#” works everywhere.',
  },
  remove: {
    title: (app: string) => `Delete ${app}?`,
    lead:
      'Its app_id and app_secret stop working at once, and nobody can log in with it any more. This cannot ' +
      'be undone.',
    confirm: 'Delete app',
    cancel: 'Keep it',
  },
  logins: {
    title: 'My logins',
    lead:
      'Apps that you accepted. They can log you in without asking again. After “Remove” you are asked at ' +
      'the next login.',
    none: 'You have not accepted any app yet.',
    accepted: 'Accepted on',
    remove: 'Remove',
  },
  done: {
    created: 'The app was created.',
    saved: 'Your changes were saved.',
    deleted: 'The app was deleted.',
    removed: 'The app was removed. You will be asked again at its next login.',
  },
  notFound: {
    title: 'App not found',
    message: 'There is no such app, or it belongs to someone else.',
  },
};
