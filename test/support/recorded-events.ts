import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { LoginEvents } from 'passport-loginwith';

type Name = keyof LoginEvents;

/** An event with the last part of its channel's name. */
export type RecordedEvent = { [Each in Name]: LoginEvents[Each] & { channel: string } }[Name];

const names: readonly Name[] = [
  'passport-loginwith:start',
  'passport-loginwith:exchange',
  'passport-loginwith:profile',
  'passport-loginwith:outcome',
];

/** Records the events of all channels until `stop`. */
export function recordEvents(): { events: RecordedEvent[]; stop: () => void } {
  const events: RecordedEvent[] = [];
  const listeners = names.map((name) => {
    const listen = (event: unknown) =>
      void events.push({ channel: name.slice(name.indexOf(':') + 1), ...(event as LoginEvents[Name]) });
    subscribe(name, listen);
    return { name, listen };
  });
  return { events, stop: () => listeners.forEach(({ name, listen }) => unsubscribe(name, listen)) };
}
