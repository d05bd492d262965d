import type { LoginErrorCode } from '../errors.js';

/** What a popup tells the page that has opened it: how the login ended, and nothing about the user. */
interface PopupMessage {
  type: 'passport-loginwith';
  status: 'success' | 'failure';
  code?: LoginErrorCode;
}

interface PopupScript {
  /** The code of a failure; a success if absent. */
  code?: LoginErrorCode;
  /** A trusted origin on which the opener may be; pages of the app's own origin are told in any case. */
  openerOrigin: string | undefined;
}

/**
 * Creates the script of a page in a popup: it tells the opener how the login ended, and closes the window after a
 * success. Pages of the app are told by a `BroadcastChannel`, because a Cross-Origin-Opener-Policy, such as helmet's,
 * cuts the popup off from its opener.
 */
export function createPopupScript({ code, openerOrigin }: PopupScript): string {
  const message: PopupMessage =
    code === undefined
      ? { type: 'passport-loginwith', status: 'success' }
      : { type: 'passport-loginwith', status: 'failure', code };
  return [
    `const message = ${JSON.stringify(message)};`,
    "new BroadcastChannel('passport-loginwith').postMessage(message);",
    ...(openerOrigin === undefined ? [] : [`window.opener?.postMessage(message, ${JSON.stringify(openerOrigin)});`]),
    ...(code === undefined ? ['window.close();'] : []),
  ].join('\n');
}
