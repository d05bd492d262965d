// Packs the package, installs the tarball in an empty folder, and does there what the documents say, with their code.
import assert from 'node:assert/strict';
import { execFile, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, get } from 'node:http';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { promisify } from 'node:util';
import { Browser } from './browser.mjs';
import { pack } from './pack.mjs';

const root = new URL('..', import.meta.url).pathname;
const folder = mkdtempSync(join(tmpdir(), 'consumer-'));
const run = (command, ...parameters) =>
  execFileSync(command, parameters, { cwd: folder, encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] });

/** Whose files are written, each into a folder of the document's name. */
const documents = ['docs/express.md', 'docs/strategy.md', 'docs/testing.md', 'docs/client.md', 'README.md'];
/** The code blocks of a document that begin with a file name, by that name. */
const filesOf = (document) =>
  Object.fromEntries(
    [...readFileSync(join(root, document), 'utf8').matchAll(/```[a-z]+\n\/\/ (\S+\.\w+)\n([\s\S]*?)```/g)].map(
      ([, name, code]) => [name, code],
    ),
  );
const folderOf = (document) => join(folder, basename(document, '.md'));

try {
  const tarball = pack(folder);
  writeFileSync(join(folder, 'package.json'), '{ "private": true }');
  run('npm', 'install', '--no-audit', '--no-fund', tarball, 'passport', 'express', 'express-session');
  const types = ['node', 'express', 'express-session', 'passport'].map((name) => `@types/${name}`);
  run('npm', 'install', '-D', '--no-audit', '--no-fund', 'typescript', ...types);
  const apps = [];
  for (const document of documents) {
    mkdirSync(folderOf(document));
    for (const [name, code] of Object.entries(filesOf(document))) {
      writeFileSync(join(folderOf(document), name), code);
      if (code.includes('.listen(')) apps.push({ document, file: name.replace(/\.ts$/, '.js') });
    }
  }
  for (const document of ['docs/express.md', 'docs/strategy.md']) {
    const tsc = 'tsc --strict --exactOptionalPropertyTypes --module nodenext --target es2023 --types node';
    run('npx', ...tsc.split(' '), join(folderOf(document), 'app.ts'));
  }
  console.log('the TypeScript lines compile, typings of dependencies included');

  const require = createRequire(join(folder, 'x.js'));
  const imported = await import(new URL(`file://${require.resolve('passport-loginwith').replace(/\.js$/, '.mjs')}`));
  assert.equal(imported.LoginWithStrategy, require('passport-loginwith').LoginWithStrategy);
  console.log('import and require give the same classes');

  const places = modulesIn(join(folder, 'node_modules/passport-loginwith/dist'));
  for (const module of [
    'errors.ts',
    'login/prepare-provider.ts',
    'express/login-with.ts',
    'provider/start-provider.ts',
  ])
    assert.ok(places.has(module), `no file of the package names lib/${module}`);
  for (const [module, paths] of places) assert.equal(paths.length, 1, `lib/${module} is in ${paths.join(' and ')}`);
  const { LoginWithError } = require('passport-loginwith');
  assert.ok((await failedLogin(require('passport-loginwith/express'))) instanceof LoginWithError);
  console.log(`each of ${places.size} modules is in one file, so all entries share its classes and its state`);

  const { startProvider } = require('passport-loginwith/provider');
  const provider = await startProvider({ redirectURL: 'http://localhost:3000/auth/pimbuzz/callback' });
  const { appId, appSecret } = provider.apps[0];
  const env = {
    ...process.env,
    PIMBUZZ_URL: provider.url,
    PIMBUZZ_APP_ID: appId,
    PIMBUZZ_APP_SECRET: appSecret,
    SESSION_SECRET: 'of the check, and long enough for it',
  };
  const person = provider.users[0];
  for (const { document, file } of apps) {
    const app = spawn(process.execPath, [file], { cwd: folderOf(document), env, stdio: 'inherit' });
    try {
      await waitFor('http://localhost:3000/');
      const browser = await new Browser().logIn('http://localhost:3000/auth/pimbuzz');
      assert.match(browser.text, /Renée/);
      console.log(`${file} of ${document} logs a user in`);
    } finally {
      app.kill();
      await new Promise((resolve) => app.once('exit', resolve));
    }
  }
  run('npm', 'install', '-D', '--no-audit', '--no-fund', 'jest', 'supertest');
  await promisify(execFile)('npx', ['jest', '--silent', 'testing'], { cwd: folder, env });
  console.log('the tests of docs/testing.md pass');
  // Not in step with this process: the provider runs in it.
  const cwd = folderOf('docs/client.md');
  const { stdout: client } = await promisify(execFile)(process.execPath, ['client.mjs'], { cwd, env });
  assert.match(client, /authorizeMethod: 'POST'[\s\S]*\/api\/oauth\?app_id=/);
  assert.equal(run(process.execPath, join(cwd, 'log.mjs')).trim(), '/auth/pimbuzz/callback?x=1?auth_key=[redacted]');
  console.log('client.mjs and log.mjs of docs/client.md print what they say');
  await provider.close();

  const command = spawn('npx', ['passport-loginwith', 'provider', '--port', '0'], {
    cwd: folder,
    detached: true,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let printed = '';
  command.stdout.on('data', (chunk) => (printed += chunk));
  while (!printed.includes('access_token=TOKEN')) await once(command.stdout, 'data');
  // As a person copies them.
  writeFileSync(join(folder, '.env'), /^PIMBUZZ_URL=[^]*?\n(?=\n)/m.exec(printed)[0]);
  writeFileSync(join(folder, 'printed.mjs'), /^import [^]*?^app\.listen[^]*?^\}\);\n/m.exec(printed)[0]);
  try {
    for (const file of ['strategy/app.mjs', 'printed.mjs']) {
      const options = { cwd: folder, env: { PATH: process.env.PATH }, stdio: 'inherit' };
      const app = spawn(process.execPath, ['--env-file=.env', file], options);
      const ended = once(app, 'exit');
      try {
        await waitFor('http://localhost:3000/');
        const browser = await new Browser().logIn('http://localhost:3000/auth/pimbuzz');
        assert.equal(JSON.parse(browser.text).id, `pimbuzz:${person.id}`, browser.text);
      } finally {
        app.kill();
        await ended;
      }
    }
  } finally {
    process.kill(-command.pid, 'SIGINT');
    await once(command, 'exit');
  }
  console.log('with the lines that npx passport-loginwith provider prints, the strategy and the printed app log in');
} finally {
  rmSync(folder, { recursive: true, force: true });
}

/** The files that each source file was bundled into, which stand there as comments. */
function modulesIn(dist) {
  const places = new Map();
  for (const path of readdirSync(dist, { recursive: true }).filter((name) => name.endsWith('.js')))
    for (const [, module] of readFileSync(join(dist, path), 'utf8').matchAll(/^\/\/ lib\/(\S+\.ts)$/gm))
      places.set(module, [...(places.get(module) ?? []), path]);
  return places;
}

/** What `onError` gets of a callback without a key. */
async function failedLogin({ loginWith }) {
  const app = createServer();
  try {
    return await new Promise((resolve, reject) => {
      const account = { provider: 'pimbuzz', appId: '1', appSecret: 's' };
      const cookieSecret = 'of the check, and long enough for it';
      const onError = (error) => resolve(error);
      const auth = loginWith({ providers: [account], cookieSecret, session: false, onLogin: () => {}, onError });
      app.on('request', (req, res) => auth(req, res, reject));
      app.listen(0, '127.0.0.1', () => {
        get(`http://127.0.0.1:${app.address().port}/auth/pimbuzz/callback`, resolve).on('error', reject);
      });
    });
  } finally {
    app.closeAllConnections();
    app.close();
  }
}

async function waitFor(url) {
  for (let tries = 0; tries < 100; tries++) {
    if (
      await fetch(url).then(
        () => true,
        () => false,
      )
    )
      return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`nobody answers at ${url}`);
}
