import type { LoginInfo, Profile } from 'passport-loginwith';

/** A signed-in person as the session keeps them: what the pages show, and no access token. */
export interface Person extends Omit<Profile, '_raw' | '_json' | 'registeredAt'> {
  /** ISO 8601. */
  registeredAt?: string;
  /** When the access token ends at the latest; ISO 8601. */
  tokenEndsAt: string;
}

/** Takes from a profile what the session keeps; identity is `provider` with `id`. */
export function toPerson({ _raw, _json, registeredAt, ...profile }: Profile, { expiresAt }: LoginInfo): Person {
  return {
    ...profile,
    ...(registeredAt === undefined ? {} : { registeredAt: registeredAt.toISOString() }),
    tokenEndsAt: expiresAt.toISOString(),
  };
}

/** Whether what a session holds is a person, and not of an older version of this app. */
export function isPerson(value: unknown): value is Person {
  return (
    typeof value === 'object' &&
    value !== null &&
    ['provider', 'id', 'tokenEndsAt'].every((key) => typeof (value as Record<string, unknown>)[key] === 'string') &&
    ['emails', 'photos'].every((key) => Array.isArray((value as Record<string, unknown>)[key]))
  );
}

/** How a person is called, however little the provider tells. */
export function nameOf({ displayName, username, id }: Person): string {
  return displayName ?? username ?? `Person ${id}`;
}
