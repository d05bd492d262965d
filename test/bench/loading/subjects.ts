/** One thing to load, in a process of its own. */
export interface Subject {
  name: string;
  /** The name of its installation. */
  installation: string;
  /** Is run first and not measured. */
  before?: string;
  /** The code that loads it, as `entry`. */
  load: string;
  /** What an app does with `entry` before it listens. */
  setUp?: string;
  /** Is left out of the short form. */
  onlyLong?: boolean;
}

/** What an app with logins has anyway. */
export const appPackages = ['express@5.3.0', 'express-session@1.19.0', 'passport@0.7.0'];
export const appText = 'Express 5, express-session and Passport';

/** The other packages, each in a folder of its own. */
export const rivals: readonly { name: string; version: string; onlyLong?: boolean }[] = [
  { name: 'passport-oauth2', version: '1.8.0' },
  { name: 'express-openid-connect', version: '3.4.0' },
  { name: 'openid-client', version: '6.9.0', onlyLong: true },
  { name: 'grant', version: '5.4.24', onlyLong: true },
];

const secret = `'of the measurement, and long enough for it'`;
const account = `provider: 'pimbuzz', appId: '1', appSecret: 's'`;
const newOAuth2Strategy = `new OAuth2Strategy({
  authorizationURL: 'https://127.0.0.1/authorize', tokenURL: 'https://127.0.0.1/token', callbackURL: '/callback',
  clientID: '1', clientSecret: 's', state: true,
}, () => {});`;
const newStrategy = `new entry.LoginWithStrategy({ ${account}, cookieSecret: ${secret} }, () => false);`;

const newMiddleware = `entry.loginWith({ providers: [{ ${account} }], cookieSecret: ${secret} });`;
const ownMiddleware = required('passport-loginwith/express', newMiddleware);

const ownSubjects: readonly Subject[] = [
  required('passport-loginwith', newStrategy),
  ownMiddleware,
  required('passport-loginwith/web', `entry.createLogin({ ${account}, cookieSecret: ${secret} });`),
  required('passport-loginwith/provider', 'entry.createProvider();'),
  imported('passport-loginwith', newStrategy),
];

const rivalMiddleware = required(
  'express-openid-connect',
  `entry.auth({ issuerBaseURL: 'https://127.0.0.1', baseURL: 'https://127.0.0.1', clientID: '1', secret: ${secret} });`,
);

const rivalSubjects: readonly Subject[] = [
  required('passport-oauth2', newOAuth2Strategy.replace('OAuth2Strategy', 'entry')),
  imported('passport-oauth2', newOAuth2Strategy.replace('OAuth2Strategy', 'entry.default')),
  rivalMiddleware,
  {
    ...required(
      'openid-client/passport',
      `const { Configuration } = require('openid-client');
      const config = new Configuration({ issuer: 'https://127.0.0.1' }, '1', 's');
      new entry.Strategy({ config, callbackURL: 'http://127.0.0.1/callback' }, () => {});`,
    ),
    onlyLong: true,
  },
  {
    ...required(
      'grant',
      `entry.express({ defaults: { origin: 'http://127.0.0.1' }, google: { key: '1', secret: 's' } });`,
    ),
    onlyLong: true,
  },
];

/** The entries of this package and of the others. */
export const entries: readonly Subject[] = [
  ...ownSubjects,
  ...rivalSubjects,
  // express-openid-connect loads Express, and ours a part of what Express loads: without that, which an app has anyway.
  afterExpress({ ...ownMiddleware, installation: 'app-with-login' }),
  afterExpress(rivalMiddleware),
];

/** What the first login loads. */
export const laterParts: readonly Subject[] = ['undici', 'entities/decode'].map((module) => {
  const { name, ...subject } = required(module);
  const before = `require('passport-loginwith');`;
  return { ...subject, name: `${name}, by the first login`, installation: 'passport-loginwith', before };
});

function afterExpress(subject: Subject): Subject {
  return { ...subject, name: `${subject.name}, after Express`, before: `require('express');` };
}

function required(name: string, setUp?: string): Subject {
  return { ...subject(name, setUp), name: `require('${name}')`, load: `require('${name}')` };
}

function imported(name: string, setUp?: string): Subject {
  return { ...subject(name, setUp), name: `import('${name}')`, load: `await import('${name}')` };
}

function subject(name: string, setUp: string | undefined): Omit<Subject, 'name' | 'load'> {
  return { installation: name.replace(/\/.*/, ''), ...(setUp !== undefined && { setUp }) };
}
