import type { Profile } from 'passport-loginwith';
import type { LinkedProfile } from 'passport-loginwith/express';

/** A person as the session keeps them: what the pages show. */
export interface Person extends Omit<LinkedProfile, 'registeredAt'> {
  /** ISO 8601. */
  registeredAt?: string;
}

/** Takes from a profile what the session keeps; identity is `provider` with `id`. */
export function toPerson({
  _raw,
  _json,
  registeredAt,
  ...profile
}: Profile | (LinkedProfile & Partial<Profile>)): Person {
  return { ...profile, ...(registeredAt === undefined ? {} : { registeredAt: registeredAt.toISOString() }) };
}

/** Whether what a session holds is a person, and not of an older version of this app. */
export function isPerson(value: unknown): value is Person {
  return (
    typeof value === 'object' &&
    value !== null &&
    ['provider', 'id'].every((key) => typeof (value as Record<string, unknown>)[key] === 'string') &&
    ['emails', 'photos'].every((key) => Array.isArray((value as Record<string, unknown>)[key]))
  );
}

/** How a person is called, however little the provider tells. */
export function nameOf({ displayName, username, id }: Person): string {
  return displayName ?? username ?? `Person ${id}`;
}
