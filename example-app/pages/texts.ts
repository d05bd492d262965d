import type { Request } from 'express';
import { html, type Locale, type Markup } from 'passport-loginwith/express';
import { french } from './texts.fr.js';

/** What every page gets. */
export interface Page {
  locale: Locale;
  texts: Texts;
  isLoggedIn: boolean;
  /** What has just been done, as the address says. */
  done: unknown;
  /** The name of a provider that users see. */
  displayNameOf: (name: string) => string;
}

/** The words of the pages. */
export type Texts = typeof english;

export function localeOf(req: Request): Locale {
  return req.acceptsLanguages('en', 'fr') === 'fr' ? 'fr' : 'en';
}

export function textsFor(locale: Locale): Texts {
  return locale === 'fr' ? french : english;
}

const english = {
  skip: 'Skip to the content',
  yourPage: 'Your page',
  account: 'Account',
  logOut: 'Log out',
  about: 'An example of “Log in with …”, made with Express and PostgreSQL.',
  home: 'Go to the start page',
  cancel: 'Cancel',
  done: {
    unlinked: 'The account is removed: it no longer logs in as you.',
    ended: 'You are logged out everywhere else.',
    refreshed: 'Your profile is up to date.',
    deleted: 'Your account here is deleted. Your accounts at the networks are as they were.',
  },
  login: {
    title: 'Log in',
    text: 'Use an account that you have already: no new password, and you decide there whether to go on.',
    local: (names: string) => `Here to try it out: ${names}. Pick one of the people there; no password is asked for.`,
  },
  person: {
    cover: (name: string) => `Cover picture of ${name}`,
    picture: (name: string) => `Picture of ${name}`,
    about: 'What we know about you',
    nothing: (provider: string) => html`${provider} told no more than this.`,
    member: (provider: string, day: Markup) => html`You have been at ${provider} since ${day}.`,
    verified: (provider: string) => html`${provider} has verified your account.`,
    birthday: (day: Markup) => html`You were born on ${day}.`,
    email: (address: Markup) => html`Your e-mail address is ${address}, perhaps never confirmed.`,
    website: (link: Markup) => html`Your website is ${link}.`,
    refresh: (provider: string) => `Refresh from ${provider}`,
    developers: 'For developers: all that the networks sent',
  },
  accounts: {
    title: 'Your account',
    ways: 'How you log in',
    same: 'Whichever of these you log in with, you are the same person here.',
    only: 'It is your only way in, so it cannot be removed. Add another one, and both of them log you in.',
    at: (provider: string) => `at ${provider}`,
    add: (provider: string) => `Add your ${provider} account`,
    remove: 'Remove',
    removeWhich: (provider: string) => `Remove the ${provider} account`,
    places: 'Where you are logged in',
    here: 'this browser',
    since: (time: Markup) => html`since ${time}`,
    on: (browser: string, system: string) => `${browser} on ${system}`,
    browser: 'A browser',
    end: 'Log out everywhere else',
  },
  deletion: {
    title: 'Delete your account?',
    link: 'Delete your account',
    text: 'All that we know about you is removed at once and for good, and you are logged out everywhere.',
    confirm: 'Yes, delete my account',
  },
  /** Why an account is not linked. */
  refusals: {
    taken: (provider: string) =>
      `This ${provider} account is somebody else’s here. If it is yours, log in with it and delete it first.`,
    second: (provider: string) => `You have another ${provider} account here already. Remove it first.`,
  },
  messages: {
    notFound: { title: 'There is no such page', text: 'The address may be mistyped, or the page has moved.' },
    broken: {
      title: 'Something went wrong here',
      text: 'It is not your fault. Try again in a moment; if it stays like this, tell the people who run this app.',
    },
    unavailable: {
      title: 'This does not work right now',
      text: 'We cannot see whether you are logged in. It is not your fault, and nothing is lost: try again soon.',
    },
  },
};
