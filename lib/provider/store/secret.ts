import { createHmac, randomBytes } from 'node:crypto';

/**
 * 32 lower-case hex characters, the form of the real site's secrets, keys and tokens. The real ones are an MD5 of the
 * time and can be guessed; that is the one thing that this provider does not copy.
 */
export function newSecret(): string {
  return randomBytes(16).toString('hex');
}

/** What an app signs its sessions with, always the same for the same site: 64 lower-case hex characters. */
export function sessionSecretFor(siteSecret: string, appId: string): string {
  return createHmac('sha256', siteSecret).update(`SESSION_SECRET of app ${appId}`).digest('hex');
}
