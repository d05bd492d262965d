import { subscribe } from 'node:diagnostics_channel';
import { loadOnce } from '../internal/load-once.js';
import { toSentences } from '../internal/sentences.js';
import { channelNames, type LoginEvents } from './events.js';

/**
 * Prints the events that the environment variable DEBUG asks for, in the syntax of the package debug: names separated
 * by commas or spaces, `*` for any text, and `-` before a name to leave it out. Reads DEBUG once.
 *
 * @returns the names of the channels whose events are printed.
 */
export const startDebugOutput = loadOnce((): readonly (keyof LoginEvents)[] => {
  const names = selectChannels(process.env.DEBUG ?? '');
  for (const name of names) {
    // Only events.ts publishes on these channels.
    const print = (event: unknown) => process.stderr.write(`${formatEvent(name, event as LoginEvents[typeof name])}\n`);
    subscribe(name, print);
  }
  return names;
});

/** Returns the channels that a value of DEBUG asks for. */
export function selectChannels(setting: string): (keyof LoginEvents)[] {
  const words = setting.split(/[\s,]+/).filter((word) => word !== '');
  const includes = words.filter((word) => !word.startsWith('-')).map(toPattern);
  const excludes = words.filter((word) => word.startsWith('-')).map((word) => toPattern(word.slice(1)));
  const isMatch = (name: string) => (pattern: RegExp) => pattern.test(name);
  return channelNames.filter((name) => includes.some(isMatch(name)) && !excludes.some(isMatch(name)));
}

/** The package's name stands for all of its channels. */
function toPattern(word: string): RegExp {
  const pattern = word.replace(/[.+?^${}()|[\]\\]/g, '\\$&').replace(/\*+/g, '.*');
  return new RegExp(`^${word === 'passport-loginwith' ? `${pattern}:.*` : pattern}$`);
}

/** Writes an event in one line: what happened, what to do, and where to read about it. */
export function formatEvent(name: keyof LoginEvents, event: LoginEvents[keyof LoginEvents]): string {
  const words: (string | undefined)[] = [name, event.provider];
  if ('purpose' in event && event.purpose !== 'login') words.push(event.purpose);
  if ('restarted' in event && event.restarted) words.push('(started again by itself)');
  if (!('result' in event)) {
    words.push('redirects to the provider');
  } else {
    const took = `after ${Math.round(event.duration)} ms`;
    if (event.result === 'success') {
      words.push('succeeded', took);
    } else {
      const { code = 'an error of the app', status, documentation } = event;
      words.push('failed', took, `with ${code} (${status}):`, toSentences(event));
      if (documentation !== undefined) words.push(`See ${documentation}`);
    }
  }
  return words.filter(Boolean).join(' ');
}
