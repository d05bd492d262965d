import type { LoginWithClient } from '../client/client.js';
import type { LoginAccess, LoginInfo } from '../types.js';

/** Adds `getUserInfo()`, not enumerable, so that printing, copying and serializing the info leave it out. */
export function addLoginAccess(info: LoginInfo, client: LoginWithClient): LoginInfo & LoginAccess {
  const access: LoginAccess = { getUserInfo: () => client.getUserInfo(info.accessToken) };
  return Object.defineProperty({ ...info, ...access }, 'getUserInfo', { enumerable: false });
}
