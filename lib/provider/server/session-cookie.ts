import { createHmac, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { parse, serialize } from 'cookie';

/** The cookie that says who is signed in at the provider: the user's id and a signature, so no session is stored. */
export interface SessionCookie {
  /** Id of the user that the request's cookie names, if the signature is ours. */
  read(req: IncomingMessage): string | undefined;
  /** The `Set-Cookie` value that signs a user in on this browser. */
  signIn(req: IncomingMessage, userId: string): string;
  /** The `Set-Cookie` value that signs this browser out. */
  signOut(req: IncomingMessage): string;
}

export function createSessionCookie({ secret, slug }: { secret: string; slug: string }): SessionCookie {
  const sign = (userId: string): string => createHmac('sha256', secret).update(userId).digest('base64url');
  // Cookies ignore ports, so the name carries the port: two providers on one machine must not mix.
  const nameFor = ({ headers: { host = '' } }: IncomingMessage): string => {
    const port = /:(\d+)$/.exec(host)?.[1] ?? '80';
    return `${slug.replaceAll(/[^a-z0-9]/g, '')}_${port}_user`;
  };
  return {
    read(req) {
      const value = parse(req.headers.cookie ?? '')[nameFor(req)];
      if (value === undefined) return undefined;
      const [userId = '', signature = ''] = value.split('.');
      const expected = Buffer.from(sign(userId));
      const given = Buffer.from(signature);
      return given.length === expected.length && timingSafeEqual(given, expected) ? userId : undefined;
    },
    signIn: (req, userId) => serialize(nameFor(req), `${userId}.${sign(userId)}`, attributes),
    signOut: (req) => serialize(nameFor(req), '', { ...attributes, maxAge: 0 }),
  };
}

const attributes = { path: '/', httpOnly: true, sameSite: 'lax' } as const;
