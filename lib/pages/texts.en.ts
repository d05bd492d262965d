import type { FailureTexts, Texts } from './texts.js';

/** The words in English. */
export function createEnglishTexts(): Texts {
  return {
    home: 'Go to the start page',
    login: 'Log in with {name}',
    start: {
      title: 'Log in with {name}',
      text: 'Next, you will see {name}’s own page. There you decide whether to share your profile and log in here.',
      warning: 'Did another site send you here without asking you? Then close this page.',
    },
    choose: {
      title: 'Log in',
      text:
        'Use an account that you have already: no new password. Next, you will see the page of the network that you ' +
        'choose, where you confirm.',
    },
    link: {
      title: 'Add this {name} account?',
      text: 'From then on, whoever can log in to this {name} account can log in here as you.',
      confirm: 'Yes, this is my account',
      cancel: 'Cancel',
    },
    use: {
      title: 'Use this {name} account?',
      text: 'The page that you asked for shows data of this {name} account. You stay logged in as you are.',
      confirm: 'Yes, this is my account',
      cancel: 'Cancel',
    },
    finish: {
      title: 'One moment',
      text: 'This goes on by itself. If nothing happens, use the button.',
      go: 'Go on',
    },
    popup: {
      title: 'You are logged in',
      text: 'You can close this window. The page behind it goes on by itself.',
      go: 'Go on in this window',
    },
    logout: {
      title: 'Log out?',
      text: 'This ends your login on this site, in this browser.',
      confirm: 'Log out',
      cancel: 'Cancel',
    },
    loggedOut: {
      title: 'You are logged out here',
      text: 'You are still signed in at {names}.',
      advice:
        'On a computer that others use, sign out there, too. Until you do, anyone at this computer can log in here ' +
        'again.',
      again: 'Log in again',
    },
    loginRequired: {
      title: 'Please log in',
      text:
        'You are not logged in, so what you sent was not accepted. Log in in another tab, come back here, and send ' +
        'it again.',
      go: 'Log in in another tab',
    },
    failure: {
      again: 'Try again',
      isSignedIn: 'You are logged in here.',
      code: 'Code:',
      developer: 'For the developer',
      otherSite: 'the other site',
    },
    failures: createFailures(),
  };
}

const notYourFault = 'You did nothing wrong.';
const tellUs = `${notYourFault} Please tell the people who run this site, and give them the code below.`;
const wait = `${notYourFault} Try again in a few minutes.`;

function createFailures(): Texts['failures'] {
  const misconfigured: FailureTexts = {
    title: 'This site is not set up correctly',
    text: '{name} does not accept this site at the moment, so nobody can log in here with {name}.',
    advice: tellUs,
  };
  const broken: FailureTexts = {
    title: 'Something went wrong here',
    text: 'The login could not be finished, because something on this site is out of order.',
    advice: `${tellUs} Trying again may help, too.`,
  };
  const unusable: FailureTexts = {
    title: '{name} has a problem',
    text: '{name} gave an answer that we cannot use, so this login did not work.',
    advice: wait,
  };
  const unreachable: FailureTexts = {
    title: '{name} cannot be reached',
    text: 'The connection to {name} failed, so this login did not work.',
    advice: wait,
  };
  return {
    auth_key_malformed: {
      title: 'This link is damaged',
      text: 'The address that led you here is not one that {name} makes, so this login did not work.',
      advice: 'Start the login again from here, and do not use the link that you came from.',
    },
    auth_key_missing: {
      title: '{name} did not say who you are',
      text: 'You came back from {name} without a confirmation, so this login did not work.',
      advice:
        'Try again. If the same happens once more, tell the people who run this site, and give them the code below.',
    },
    access_denied: {
      title: 'The login was refused',
      text: 'You, or {name}, refused to share your profile, so you are not logged in.',
      advice: 'If that was not what you wanted, try again and choose to continue.',
    },
    user_rejected: {
      title: 'This account cannot be used here',
      text: '{name} knows you, but this account is not let in here.',
      advice: 'Log in with another account, or ask the people who run this site.',
    },
    login_required: {
      title: 'Please log in',
      text: 'What you asked for is for people who are logged in.',
      advice: 'Log in, then ask for it again.',
    },
    attempt_missing: {
      title: 'This login was not started here',
      text:
        'A login must begin and end in the same browser within ten minutes. This one took longer, began in another ' +
        'browser, or your browser keeps no cookies for this site.',
      advice: 'Allow cookies for this site, if they are blocked, and log in again from here.',
    },
    auth_key_invalid: {
      title: 'This confirmation is used up',
      text:
        'Each confirmation from {name} works once. This one was used already, or a login in another tab or on ' +
        'another device has replaced it.',
      advice: 'Try again, in one tab only.',
    },
    token_expired: {
      title: 'This login has expired',
      text: '{name} ended the login before we were done.',
      advice: 'Try again. If it happens twice, wait a minute in between.',
    },
    user_not_found: {
      title: 'This account is gone',
      text: 'The account that you logged in with is no longer at {name}. It may have been deleted.',
      advice: 'Check at {name} whether you can still sign in there, or log in with another account.',
    },
    account_mismatch: {
      title: 'This is another account',
      text:
        'You came back from {name} with another account than the one that this was about, or logged out here ' +
        'meanwhile. Nothing was changed.',
      advice: 'Check at {name} which account you are signed in with there, and begin again.',
    },
    link_invalid: {
      title: 'This page is no longer valid',
      text: 'The question about your account was answered already, or too late. Nothing was changed.',
      advice: 'If you still want it, begin again from the page that you came from.',
    },
    foreign_request: {
      title: 'Nothing was done',
      text: 'This request came from another site, which may not act in your name here.',
      advice: 'If you wanted it, go to the start page and use the button there.',
    },
    provider_unknown: {
      title: 'There is no such login here',
      text: 'We do not know the site that you want to log in with.',
      advice: 'Go to the start page and use the button there.',
    },
    login_loop: {
      title: 'Too many logins at once',
      text: 'Your browser started many logins within half a minute, so we stopped it.',
      advice: 'Make sure that your browser allows cookies for this site. Try again in {time}.',
    },
    too_many_failures: {
      title: 'Too many logins have failed',
      text: 'Many logins failed within a short time, perhaps from your network, so nobody can try for a while.',
      advice: 'Try again in {time}.',
    },
    app_id_invalid: misconfigured,
    app_secret_invalid: misconfigured,
    module_disabled: {
      title: '{name} is closed for other sites',
      text: 'At {name}, logging in to other sites is switched off.',
      advice: `${notYourFault} Log in in another way, or come back later.`,
    },
    response_missing: broken,
    attempts_failed: broken,
    session_missing: broken,
    middleware_missing: broken,
    limits_failed: broken,
    verify_failed: broken,
    verify_no_result: broken,
    verify_timeout: broken,
    provider_error: unusable,
    provider_unavailable: {
      title: '{name} is out of order',
      text: '{name} cannot answer at the moment, so this login did not work.',
      advice: wait,
    },
    provider_redirected: unusable,
    response_html: unusable,
    response_not_json: unusable,
    response_unexpected: unusable,
    response_too_large: unusable,
    connection_refused: unreachable,
    connection_lost: unreachable,
    host_not_found: unreachable,
    tls_failed: unreachable,
    timeout: {
      title: '{name} takes too long',
      text: '{name} did not answer in time, so this login did not work.',
      advice: wait,
    },
    other: {
      title: 'Something went wrong here',
      text: 'The login could not be finished, because something on this site is out of order.',
      advice: `${notYourFault} Try again in a few minutes, or tell the people who run this site.`,
    },
  };
}
