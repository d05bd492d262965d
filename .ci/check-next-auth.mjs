// Builds the Next.js app of docs/auth-js.md with the packed package in an empty folder, and logs a user in there.
import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { Browser } from './browser.mjs';
import { pack } from './pack.mjs';

const root = new URL('..', import.meta.url).pathname;
const folder = mkdtempSync(join(tmpdir(), 'next-auth-'));
const environment = { ...process.env, NODE_ENV: 'production', NEXT_TELEMETRY_DISABLED: '1' };
const run = (command, ...parameters) =>
  execFileSync(command, parameters, { cwd: folder, env: environment, stdio: ['ignore', 'ignore', 'inherit'] });

try {
  const tarball = pack(folder);
  writeFileSync(join(folder, 'package.json'), '{ "private": true }');
  const packages = ['next@16', 'react@19', 'react-dom@19', 'next-auth@^5.0.0-beta', 'typescript@5'];
  const types = ['@types/node@20', '@types/react@19'];
  run('npm', 'install', '--no-audit', '--no-fund', tarball, ...packages, ...types);
  const blocks = readFileSync(join(root, 'docs/auth-js.md'), 'utf8').matchAll(
    /```\w+\n\/\/ (\S+\.\w+)\n([\s\S]*?)```/g,
  );
  for (const [, name, code] of blocks) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), code);
  }
  Object.assign(environment, { PIMBUZZ_APP_ID: 'any', PIMBUZZ_APP_SECRET: 'any' });
  run('npx', 'next', 'build');
  console.log('Next.js compiles the code, types included');

  const { startProvider } = createRequire(join(folder, 'x.js'))('passport-loginwith/provider');
  const provider = await startProvider();
  const { appId, appSecret } = provider.apps[0];
  const child = spawn(process.execPath, ['node_modules/next/dist/bin/next', 'start', '-p', '0'], {
    cwd: folder,
    env: {
      ...environment,
      PIMBUZZ_URL: provider.url,
      PIMBUZZ_APP_ID: appId,
      PIMBUZZ_APP_SECRET: appSecret,
      SESSION_SECRET: 'of the check, and long enough for it',
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  try {
    let printed = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (printed += chunk));
    while (!/Ready/.test(printed)) await once(child.stdout, 'data');
    const [app] = /http:\/\/localhost:\d+/.exec(printed);
    // So the browser stops with the key.
    provider.updateApp(appId, { redirectURL: `${app}/nowhere` });
    const browser = await new Browser().visit(`${app}/api/auth/signin`);
    await browser.submit(/\/signin\/pimbuzz"/);
    await browser.submit(/\/signin"/);
    await browser.submit(/Continue as/);
    const callback = browser.url.replace('/nowhere', '/api/auth/callback/pimbuzz');

    const attacked = await new Browser().visit(callback);
    assert.match(attacked.url, /\/api\/auth\/signin\?error=OAuthCallbackError$/);
    assert.equal((await fetch(callback, { method: 'HEAD' })).status, 204);
    assert.equal((await fetch(callback, { headers: { 'sec-purpose': 'prefetch' } })).status, 204);
    await browser.visit(callback);
    await browser.visit(`${app}/api/auth/session`);
    assert.match(JSON.parse(browser.text).account, /^pimbuzz:\d+$/);
    await browser.visit(callback);
    assert.match(browser.url, /\/api\/auth\/signin\?error=OAuthCallbackError$/);
    for (const secret of [appSecret, new URL(callback).searchParams.get('auth_key')])
      assert.ok(!printed.includes(secret));
    console.log('next-auth logs a user in, refuses the callback elsewhere and a second time, and prints no key');
  } finally {
    child.kill();
    await once(child, 'exit');
    await provider.close();
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
