import type { Profile } from 'passport-loginwith';
import type { LinkedProfile } from 'passport-loginwith/express';

/** A user as the session keeps it and the pages show it. */
export interface User extends Omit<LinkedProfile, 'registeredAt'> {
  /** ISO 8601. */
  registeredAt?: string;
}

/** The part of a profile that the session keeps; identity is `provider` with `id`. */
export function toUser({ _raw, _json, registeredAt, ...profile }: Profile | (LinkedProfile & Partial<Profile>)): User {
  return { ...profile, ...(registeredAt === undefined ? {} : { registeredAt: registeredAt.toISOString() }) };
}

/** Whether the session holds a user of this version of the app. */
export function isUser(value: unknown): value is User {
  return (
    typeof value === 'object' &&
    value !== null &&
    ['provider', 'id'].every((key) => typeof (value as Record<string, unknown>)[key] === 'string') &&
    ['emails', 'photos'].every((key) => Array.isArray((value as Record<string, unknown>)[key]))
  );
}

/** The user's name, however little the provider tells. */
export function nameOf({ displayName, username, id }: User): string {
  return displayName ?? username ?? `User ${id}`;
}
