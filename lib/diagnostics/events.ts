import { channel, type Channel } from 'node:diagnostics_channel';
import { LoginWithError, type LoginErrorCode, type LoginStage } from '../errors.js';

/** What the user wants: to log in, a new token, to add an account, or to log out. */
export type LoginPurpose = 'login' | 'renew' | 'link' | 'logout';

/** The end of a call or of a login, without secrets and without anything about the user. */
export type EventResult =
  | { result: 'success' }
  | {
      result: 'failure';
      /** Undefined for an error of the app's own, such as one that `verify` threw. */
      code: LoginErrorCode | undefined;
      /** Undefined likewise. */
      stage: LoginStage | undefined;
      /** The HTTP status for the response; 500 for an error of the app's own. */
      status: number;
      /** A constant text for an error of the app's own and for the reason of `verify`, which may name the user. */
      message: string;
      hint: string | undefined;
      /** A file of this package, and a heading in it. */
      documentation: string | undefined;
      /** Whether a new login may succeed. */
      retryable: boolean;
    };

/** `passport-loginwith:start`: a browser is redirected to the provider. */
export interface StartEvent {
  /** The provider's name, as in `profile.provider`. */
  provider: string;
  purpose: LoginPurpose;
  /** Whether the login went back to the start by itself, because of what `code` names. */
  restarted: boolean;
  code: LoginErrorCode | undefined;
}

/** `passport-loginwith:exchange` and `:profile`: `authorize` or `get_user_info` was called, until the last retry. */
export type CallEvent = {
  provider: string;
  /** In milliseconds. */
  duration: number;
} & EventResult;

/** `passport-loginwith:outcome`: a login has succeeded or failed; one that goes back to the start has not ended. */
export type OutcomeEvent = {
  /** Undefined if the failure has nothing to do with a provider. */
  provider: string | undefined;
  purpose: LoginPurpose;
  /** Whether the login had gone back to the start by itself. */
  restarted: boolean;
  /** Milliseconds that the app took for this request, `verify` included. */
  duration: number;
  /** Milliseconds since the login was started, with the time that the user took; undefined for no started login. */
  sinceStart: number | undefined;
} & EventResult;

/** The messages of the diagnostics channels, by the names of the channels. */
export interface LoginEvents {
  'passport-loginwith:start': StartEvent;
  'passport-loginwith:exchange': CallEvent;
  'passport-loginwith:profile': CallEvent;
  'passport-loginwith:outcome': OutcomeEvent;
}

const channels: Readonly<Record<keyof LoginEvents, Channel>> = {
  'passport-loginwith:start': channel('passport-loginwith:start'),
  'passport-loginwith:exchange': channel('passport-loginwith:exchange'),
  'passport-loginwith:profile': channel('passport-loginwith:profile'),
  'passport-loginwith:outcome': channel('passport-loginwith:outcome'),
};

/** The names of all channels, whose type Object.keys() loses. */
export const channelNames = Object.keys(channels) as readonly (keyof LoginEvents)[];

export function hasSubscribers(name: keyof LoginEvents): boolean {
  return channels[name].hasSubscribers;
}

/** Publishes an event; without subscribers it is not even made. */
export function publish<Name extends keyof LoginEvents>(name: Name, createEvent: () => LoginEvents[Name]): void {
  if (channels[name].hasSubscribers) channels[name].publish(createEvent());
}

/** Publishes the end of a call to the provider. */
export function publishCall<T>(
  name: 'passport-loginwith:exchange' | 'passport-loginwith:profile',
  provider: string,
  call: () => Promise<T>,
): Promise<T> {
  return channels[name].hasSubscribers ? watchCall(name, provider, call) : call();
}

async function watchCall<T>(...[name, provider, call]: Parameters<typeof publishCall<T>>): Promise<T> {
  const began = performance.now();
  const end = (result: EventResult) =>
    publish(name, () => ({ provider, duration: performance.now() - began, ...result }));
  try {
    const value = await call();
    end({ result: 'success' });
    return value;
  } catch (error) {
    end(summarizeFailure(error));
    throw error;
  }
}

/** Takes from an error what may be told to anybody. Errors of the app's own may hold anything. */
export function summarizeFailure(error: unknown): EventResult & { result: 'failure' } {
  if (!(error instanceof LoginWithError)) return appFailure;
  const { code, stage, status, hint, documentation, retryable } = error;
  const message = code === 'user_rejected' ? 'verify: the app refused the user' : error.message;
  return { result: 'failure', code, stage, status, message, hint, documentation, retryable };
}

/** What is told of an error of the app's own. */
const appFailure: EventResult & { result: 'failure' } = {
  result: 'failure',
  code: undefined,
  stage: undefined,
  status: 500,
  message: "the app's own code failed, and its error went to the app",
  hint: undefined,
  documentation: undefined,
  retryable: false,
};
