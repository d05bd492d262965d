import { execFileSync } from 'node:child_process';

const hook = require.resolve('./support/ts-hook.cjs');

/** What only some requests need, and what takes long to load. */
const laterPackages = /\/node_modules\/(undici|entities\/dist\/.*decode|body-parser|negotiator|ipaddr\.js)/;

test.each(['passport-loginwith', 'passport-loginwith/express'])(
  'the start of an app with %s loads nothing that only requests need',
  (entry) => {
    const script = `
      const { LoginWithStrategy, loginWith } = require(${JSON.stringify(entry)});
      const account = { provider: 'pimbuzz', appId: '1', appSecret: 's' };
      const cookieSecret = 'of the test, and long enough for it';
      if (loginWith) loginWith({ providers: [account], cookieSecret });
      else new LoginWithStrategy({ ...account, cookieSecret }, () => false);
      console.log(JSON.stringify(Object.keys(require.cache)));`;
    const printed = execFileSync(process.execPath, ['-r', hook, '-e', script], { cwd: __dirname, encoding: 'utf8' });
    const files = JSON.parse(printed) as string[];
    expect(files).toContainEqual(expect.stringContaining('/node_modules/passport-strategy/'));
    expect(files.filter((path) => laterPackages.test(path))).toEqual([]);
  },
  30_000,
);
