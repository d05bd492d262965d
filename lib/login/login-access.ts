import type { LoginWithClient } from '../client/client.js';
import type { LoginAccess, LoginInfo } from '../types.js';

/** Adds `getUserInfo()`, not enumerable, so that printing, copying and serializing the info leave it out. */
export function addLoginAccess(info: LoginInfo, client: LoginWithClient): LoginInfo & LoginAccess {
  const getUserInfo: LoginAccess['getUserInfo'] = () => client.getUserInfo(info.accessToken);
  const property = { value: getUserInfo, writable: true, configurable: true };
  // Added so: an object with a property that was changed afterwards is a slow one.
  return Object.defineProperty({ ...info }, 'getUserInfo', property) as LoginInfo & LoginAccess;
}
