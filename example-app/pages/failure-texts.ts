import type { LoginErrorCode } from 'passport-loginwith';

/** What the user reads about a failed login. */
export interface FailureText {
  title: string;
  /** What happened. */
  what: string;
  /** What to do now. */
  advice: string;
  /** Whether the same login, started again at once, may succeed. */
  canRetry: boolean;
}

/** The words for a code; `provider` is the name that users see. */
export function explainFailure(code: LoginErrorCode, provider: string): FailureText {
  return texts[code](provider);
}

type Text = (provider: string) => FailureText;

const tellUs = 'You did nothing wrong. Please tell the people who run this app, and give them the code below.';
const wait = 'You did nothing wrong. Try again in a few minutes.';

const misconfigured: Text = (provider) => ({
  title: 'This app is not set up correctly',
  what: `${provider} does not accept this app at the moment, so nobody can log in with ${provider} here.`,
  advice: tellUs,
  canRetry: false,
});

const broken: Text = (provider) => ({
  title: 'Something went wrong here',
  what: `${provider} let you in, but this app could not finish the login.`,
  advice: `${tellUs} Trying again may help, too.`,
  canRetry: true,
});

const unusable: Text = (provider) => ({
  title: `${provider} has a problem`,
  what: `${provider} gave an answer that this app cannot use, so this login did not work.`,
  advice: wait,
  canRetry: true,
});

const unreachable: Text = (provider) => ({
  title: `${provider} cannot be reached`,
  what: `The connection to ${provider} failed, so this login did not work.`,
  advice: wait,
  canRetry: true,
});

/** One entry for each code, so that a new code cannot be forgotten. */
const texts: Record<LoginErrorCode, Text> = {
  auth_key_malformed: (provider) => ({
    title: 'This link is damaged',
    what: `The address that led you here is not one that ${provider} makes, so this login did not work.`,
    advice: 'Start the login again from here, and do not use the link that you came from.',
    canRetry: true,
  }),
  auth_key_missing: (provider) => ({
    title: `${provider} did not say who you are`,
    what: `You came back from ${provider} without a confirmation, so this login did not work.`,
    advice: 'Try again. If the same happens once more, tell the people who run this app, and give them the code below.',
    canRetry: true,
  }),
  access_denied: (provider) => ({
    title: 'The login was refused',
    what: `${provider} told us that you, or ${provider} itself, refused it.`,
    advice: 'If that was not what you wanted, log in again and choose to continue.',
    canRetry: true,
  }),
  user_rejected: (provider) => ({
    title: 'This account cannot be used here',
    what: `${provider} knows you, but this app does not let this account in.`,
    advice: 'Log in with another account, or ask the people who run this app.',
    canRetry: false,
  }),
  login_required: () => ({
    title: 'Please log in',
    what: 'What you asked for is for people who are logged in.',
    advice: 'Log in from the start page, then ask for it again.',
    canRetry: false,
  }),
  attempt_missing: () => ({
    title: 'This login was not started here',
    what:
      'A login must begin and end in the same browser within ten minutes. This one took longer, began in another ' +
      'browser, or your browser keeps no cookies for this site.',
    advice: 'Allow cookies for this site, if they are blocked, and log in again from here.',
    canRetry: true,
  }),
  auth_key_invalid: (provider) => ({
    title: 'This confirmation is used up',
    what: `Each confirmation from ${provider} works once. This one was used already, or a login in another tab or on another device has replaced it.`,
    advice: 'Log in again, in one tab only.',
    canRetry: true,
  }),
  token_expired: (provider) => ({
    title: 'This login has run out',
    what: `${provider} ended the login before it was finished.`,
    advice: 'Log in again; if it happens twice, wait a minute in between.',
    canRetry: true,
  }),
  user_not_found: (provider) => ({
    title: 'This account is gone',
    what: `${provider} no longer knows the account that you logged in with. It may have been deleted.`,
    advice: `Look at ${provider} whether you can still sign in there, or log in with another account.`,
    canRetry: false,
  }),
  account_mismatch: (provider) => ({
    title: 'This is another account',
    what: `You came back from ${provider} with another account than the one that this was about, so nothing was changed.`,
    advice: `Look at ${provider} which account you are signed in with there, and try again from the start page.`,
    canRetry: false,
  }),
  link_invalid: (provider) => ({
    title: 'This page is no longer valid',
    what: `The question whether to connect your account at ${provider} was answered already, or too late. Nothing was changed.`,
    advice: 'If you still want to connect the account, begin again from the start page.',
    canRetry: false,
  }),
  foreign_request: () => ({
    title: 'Nothing was done',
    what: 'This request came from another site, which may not act in your name here.',
    advice: 'If you wanted it, go to the start page and use the button there.',
    canRetry: false,
  }),
  provider_unknown: () => ({
    title: 'There is no such login here',
    what: 'This app does not know the site that you want to log in with.',
    advice: 'Go to the start page and use the button there.',
    canRetry: false,
  }),
  too_many_failures: () => ({
    title: 'Too many logins have failed',
    what: 'Many logins failed within a short time, perhaps from your network, so we let nobody try for a while.',
    advice: 'You did nothing wrong if it was not you. Try again in a few minutes.',
    canRetry: false,
  }),
  login_loop: (provider) => ({
    title: 'Too many logins at once',
    what: `Your browser started many logins with ${provider} within half a minute, so we stopped it.`,
    advice:
      'Wait half a minute and make sure that your browser allows cookies for this site. Then log in once from the ' +
      'start page.',
    canRetry: false,
  }),
  app_id_invalid: misconfigured,
  app_secret_invalid: misconfigured,
  module_disabled: (provider) => ({
    title: `${provider} is closed for other apps`,
    what: `${provider} has switched off logging in to other apps.`,
    advice: 'You did nothing wrong. Log in in another way, or come back later.',
    canRetry: false,
  }),
  response_missing: broken,
  attempts_failed: broken,
  session_missing: broken,
  middleware_missing: broken,
  limits_failed: broken,
  verify_failed: broken,
  verify_no_result: broken,
  verify_timeout: broken,
  provider_error: unusable,
  provider_unavailable: (provider) => ({
    title: `${provider} is out of order`,
    what: `${provider} cannot answer at the moment, so this login did not work.`,
    advice: wait,
    canRetry: true,
  }),
  provider_redirected: unusable,
  response_html: unusable,
  response_not_json: unusable,
  response_unexpected: unusable,
  response_too_large: unusable,
  connection_refused: unreachable,
  connection_lost: unreachable,
  host_not_found: unreachable,
  tls_failed: unreachable,
  timeout: (provider) => ({
    title: `${provider} takes too long`,
    what: `${provider} did not answer in time, so this login did not work.`,
    advice: wait,
    canRetry: true,
  }),
};
