import {
  LoginWithError,
  defineProvider,
  type AttemptBinding,
  type LoginErrorDetails,
  type ProviderDefinition,
  type UserInfo,
  type VerifyDone,
} from 'passport-loginwith';
import {
  html,
  loginWith,
  type ErrorHandler,
  type LinkQuestion,
  type LinkedProfile,
  type Link,
  type Locale,
  type LoginPaths,
  type LoginWithOptions,
  type Markup,
  type Next,
  type PageContext,
  type PassportLike,
  type Placeholder,
  type ProviderLink,
  type Verified,
  type WebRequest,
} from 'passport-loginwith/express';
import type {
  AgentResponse,
  AppInput,
  AppReference,
  AuthorizeMethod,
  Category,
  CommonFaultName,
  DelayFault,
  Endpoint,
  FaultNames,
  FetchAgent,
  GenderLabels,
  Language,
  NewApp,
  ProviderControls,
  ProviderOptions,
  RequestFact,
  ResetFault,
  SignInOptions,
  SlowFault,
  StartOptions,
  StatusFault,
  TestAgent,
  UserInput,
  UserReference,
  Version,
} from 'passport-loginwith/provider';

// For the compiler alone: an app that wraps what this package has, and names the types of what it passes on.

interface User {
  id: string;
}

/** A provider whose method the environment names. */
export function defineOwn(definition: ProviderDefinition, authorizeMethod: AuthorizeMethod) {
  return defineProvider({ ...definition, authorizeMethod });
}

export const fail = (details: Omit<LoginErrorDetails, 'code'>) =>
  new LoginWithError('', { ...details, code: 'timeout' });
export const nameOf = ({ user_name: name }: UserInfo, done: VerifyDone): void => done(null, name ?? false);
export const isLink = ({ purpose }: AttemptBinding): boolean => purpose === 'link';

const words: Record<Locale, Placeholder> = { en: 'Log in', fr: 'Se connecter' };
export const link = (page: PageContext & ProviderLink, { markup }: Markup): string =>
  html`<a lang="${page.locale}" href="${page.href}">${words[page.locale]}</a>`.markup + markup;
export const question = ({ profile, token }: LinkQuestion): [LinkedProfile, string] => [profile, token];

/** Our options, with the app's own in place of some. */
export function createAuth(passport: PassportLike, paths: Partial<LoginPaths>, next: Next) {
  const find = async (id: string): Promise<Verified<User>> => Promise.resolve({ id });
  const options: LoginWithOptions<User> = {
    providers: [{ provider: 'pimbuzz', appId: '1', appSecret: 'x' }],
    passport,
    paths,
    verify: (_accessToken, _refreshToken, { id }) => find(id),
    onLink: (req: WebRequest, { user, profile }: Link<User>) => next([req.url, user.id, profile.id]),
  };
  const onError: ErrorHandler = loginWith(options).handleErrors();
  return onError;
}

export const options: StartOptions & ProviderOptions = { version: '2.8' satisfies Version, port: 0 };
export const labels: Partial<GenderLabels> & { language: Language } = { male: 'Man', language: 'fr' };
export const faults: { [E in Endpoint]: FaultNames[E] | StatusFault | ResetFault | SlowFault | DelayFault<E> } = {
  oauth: { status: 503 },
  consent: { reset: 'after' },
  authorize: { slow: 10 },
  get_user_info: { delay: 10, fault: 'maintenance' satisfies CommonFaultName },
};

/** Registers an app and logs a user in to it. */
export function prepare<R extends AgentResponse>(
  controls: ProviderControls,
  agent: FetchAgent<R> | TestAgent<R>,
  given: NewApp & Partial<AppInput> & { category?: Category },
  user: UserReference & UserInput['username'],
  start: SignInOptions,
): [AppReference, Promise<R>, (RequestFact | undefined)[]] {
  const facts = controls.requests.map((request) => request.facts[0]);
  return [controls.createApp(given), controls.signIn(agent, user, start), facts];
}
