import { subscribe } from 'node:diagnostics_channel';
import type {
  CallEvent,
  Dispatcher,
  EventResult,
  LoginEvents,
  LoginOptions,
  LoginPurpose,
  OutcomeEvent,
  StartEvent,
} from 'passport-loginwith';
import type { BetterAuthPlugin } from 'passport-loginwith/better-auth';

// For the compiler alone: an app whose operators hear of each login.

const describe = (result: EventResult): string =>
  result.result === 'success' ? '' : `${result.code ?? ''} ${String(result.status)}`;
const listeners: { [Name in keyof LoginEvents]: (event: LoginEvents[Name]) => void } = {
  'passport-loginwith:start': ({ provider, purpose }: StartEvent) => log(provider, purpose),
  'passport-loginwith:exchange': (event: CallEvent) => console.log(event.duration, describe(event)),
  'passport-loginwith:profile': (event) => console.log(event.duration, describe(event)),
  'passport-loginwith:outcome': (event: OutcomeEvent) => log(event.provider, event.purpose),
};
const log = (provider: string | undefined, purpose: LoginPurpose) => console.log(provider, purpose);
for (const [name, listener] of Object.entries(listeners)) subscribe(name, listener as (event: unknown) => void);

export const withDispatcher = (options: LoginOptions<Request>, dispatcher: Dispatcher): LoginOptions<Request> => ({
  ...options,
  dispatcher,
});
export const pluginId = ({ id }: BetterAuthPlugin): string => id;
