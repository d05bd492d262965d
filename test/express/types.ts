import { IncomingMessage } from 'node:http';
import { Socket } from 'node:net';
import type { Request } from 'express';
import { loginWith, type LoginWith, type SessionProfile } from 'passport-loginwith/express';

interface User {
  key: string;
}

const providers = [{ provider: 'pimbuzz', appId: '1', appSecret: 'x' }];
const serializers = { serialize: (user: User) => user.key, deserialize: (key: string) => ({ key }) };

// Checked by the compiler: `npm run typecheck` fails when one of these is not as it says.
test('the user has the type that the app says or that verify returns', () => {
  const req = new IncomingMessage(new Socket());
  const plain: LoginWith = loginWith({ providers });
  const profile: SessionProfile | undefined = plain.user(req);
  const found = loginWith({ providers, verify: (_token, _refresh, { id }) => ({ key: id }), ...serializers });
  const user: User | undefined = found.user(req);
  const stated = loginWith<User>({
    providers,
    verify: (_token, _refresh, _profile, done) => void setImmediate(done, null, { key: '1' }),
    ...serializers,
    onLogin: (req: Request, res, next) => (req.loginWith?.returnTo === '/' ? next() : res.end()),
    onLink: async (_req, link) => Promise.resolve(link.user.key),
  });
  const statedUser: User | undefined = stated.user(req);
  // @ts-expect-error -- another type of user
  loginWith<User>({ providers, verify: () => ({ name: 'x' }), ...serializers });
  // @ts-expect-error -- not an option
  const options: Parameters<typeof loginWith>[0] = { providers, succesRedirect: '/' };
  expect([profile, user, statedUser, Object.keys(options)]).toHaveLength(4);
});
