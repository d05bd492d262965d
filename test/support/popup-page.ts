import { createContext, runInContext } from 'node:vm';
import type { TestResponse } from './test-browser';

/** What the script of a page does in a popup whose opener is there. */
export interface PopupActions {
  /** Messages to the pages of the app's own origin. */
  broadcast: [channel: string, message: unknown][];
  /** Messages to the opener, which must be on that origin to get them. */
  posted: [message: unknown, origin: string][];
  isClosed: boolean;
}

/** Runs the one script of a page. */
export function runPopupScript({ text, headers }: Pick<TestResponse, 'text' | 'headers'>): PopupActions {
  const [, nonce, script] = /<script nonce="([^"]+)">([^<]+)<\/script>/.exec(text) ?? [];
  if (script === undefined) throw new Error('there is no script on the page');
  expect(text.match(/<script/g)).toHaveLength(1);
  expect(headers.get('content-security-policy')).toContain(`script-src 'nonce-${nonce}';`);
  const actions: PopupActions = { broadcast: [], posted: [], isClosed: false };
  class BroadcastChannel {
    readonly name: string;
    constructor(name: string) {
      this.name = name;
    }
    postMessage(message: object): void {
      actions.broadcast.push([this.name, { ...message }]);
    }
  }
  const window = {
    opener: { postMessage: (message: object, origin: string) => actions.posted.push([{ ...message }, origin]) },
    close: () => void (actions.isClosed = true),
  };
  runInContext(script, createContext({ window, BroadcastChannel }));
  return actions;
}
