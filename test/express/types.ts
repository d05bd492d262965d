import type { IncomingMessage } from 'node:http';
import type { Request } from 'express';
import { loginWith, type LoginWith, type SessionProfile } from 'passport-loginwith/express';

// For the compiler alone: `npm run typecheck` fails when one of these types is not as it is written here.

interface User {
  key: string;
}

const providers = [{ provider: 'pimbuzz', appId: '1', appSecret: 'x' }];
const serializers = { serialize: (user: User) => user.key, deserialize: (key: string) => ({ key }) };

export function withoutVerifyTheUserIsAProfile(req: IncomingMessage): SessionProfile | undefined {
  const plain: LoginWith = loginWith({ providers });
  return plain.user(req);
}

export function theUserIsWhatVerifyReturns(req: IncomingMessage): User | undefined {
  const found = loginWith({ providers, verify: (_token, _refresh, { id }) => ({ key: id }), ...serializers });
  return found.user(req);
}

export function theUserIsOfTheStatedType(req: IncomingMessage): User | undefined {
  const stated = loginWith<User>({
    providers,
    verify: (_token, _refresh, _profile, done) => void setImmediate(done, null, { key: '1' }),
    ...serializers,
    onLogin: (req: Request, res, next) => (req.loginWith?.returnTo === '/' ? next() : res.end()),
    onLink: async (_req, link) => Promise.resolve(link.user.key),
  });
  return stated.user(req);
}

export function anotherUserIsRefused(): void {
  // @ts-expect-error -- another type of user
  loginWith<User>({ providers, verify: () => ({ name: 'x' }), ...serializers });
}

// @ts-expect-error -- not an option
export const misspelled: Parameters<typeof loginWith>[0] = { providers, succesRedirect: '/' };
