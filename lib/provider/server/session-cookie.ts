import { createHmac, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';

/**
 * The cookie that says who is signed in at the provider: the person's id and a signature, so that nothing has to be
 * kept per visitor. Cookies ignore ports, so its name carries the port: two providers on one machine do not mix.
 */
export class SignedIn {
  private readonly secret: string;
  private readonly slug: string;

  constructor({ secret, slug }: { secret: string; slug: string }) {
    this.secret = secret;
    this.slug = slug;
  }

  /** Id of the person that the request's cookie names, if the signature is ours. */
  read(request: IncomingMessage): string | undefined {
    const value = readCookie(request.headers.cookie, this.nameFor(request));
    if (value === undefined) return undefined;
    const [userId = '', signature = ''] = value.split('.');
    const expected = Buffer.from(this.sign(userId));
    const given = Buffer.from(signature);
    return given.length === expected.length && timingSafeEqual(given, expected) ? userId : undefined;
  }

  /** The `Set-Cookie` value that signs a person in on this browser. */
  cookieFor(request: IncomingMessage, userId: string): string {
    return `${this.nameFor(request)}=${userId}.${this.sign(userId)}; Path=/; HttpOnly; SameSite=Lax`;
  }

  /** The `Set-Cookie` value that signs this browser out. */
  clearCookieFor(request: IncomingMessage): string {
    return `${this.nameFor(request)}=; Path=/; HttpOnly; SameSite=Lax; Max-Age=0`;
  }

  private nameFor({ headers: { host = '' } }: IncomingMessage): string {
    const port = /:(\d+)$/.exec(host)?.[1] ?? '80';
    return `${this.slug.replaceAll(/[^a-z0-9]/g, '')}_${port}_user`;
  }

  private sign(userId: string): string {
    return createHmac('sha256', this.secret).update(userId).digest('base64url');
  }
}

function readCookie(header: string | undefined, name: string): string | undefined {
  const pair = header?.split(';').find((each) => each.trim().startsWith(`${name}=`));
  return pair?.trim().slice(name.length + 1);
}
