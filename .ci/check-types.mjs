// Packs the package, and compiles apps that use it on each minor version of TypeScript, its declarations included.
import { execFile } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { pack } from './pack.mjs';

const root = new URL('..', import.meta.url).pathname;
const folder = mkdtempSync(join(tmpdir(), 'types-'));
const oldest = '5.4';

/** The files of .ci/consumer that need no typings of Passport and Express, and all. */
const plainFiles = ['plain.ts', 'provider.ts', 'web.ts', 'wrappers.ts', 'dispatcher.ts', 'events.ts', 'pages.ts'];
const allFiles = [...plainFiles, 'strategy.ts', 'express.ts', 'other-strategies.ts'];

/** What apps have installed besides. */
const otherTypings = ['passport', 'express-session', 'passport-local', 'passport-google-oauth20'];
const typed = otherTypings.map((name) => `@types/${name}`);
const apps = {
  'without other typings': { files: plainFiles, packages: ['@types/node@20', 'undici@6'] },
  'with Passport and Express, untyped': {
    files: plainFiles,
    packages: ['@types/node@22', 'undici@7', 'passport', 'express'],
  },
  'with typings of Express 4': {
    files: allFiles,
    packages: ['@types/node@20', 'undici@7', '@types/express@4', ...typed],
  },
  'with typings of Express 5': { files: allFiles, packages: ['@types/node', 'undici@8', '@types/express@5', ...typed] },
};

/** How apps find modules, with the type of their package. */
const modes = {
  'ES modules': { type: 'module', options: () => ['--module', 'nodenext'] },
  CommonJS: { type: 'commonjs', options: () => ['--module', 'nodenext'] },
  'for a bundler': { type: 'module', options: () => ['--module', 'esnext', '--moduleResolution', 'bundler'] },
  'by the old rules, typesVersions': {
    type: 'commonjs',
    // TypeScript 6 has the old rules on demand, 7 no more.
    options: (major) => [
      ...['--module', 'commonjs', '--moduleResolution', major < 7 ? 'node10' : 'bundler'],
      ...(major === 6 ? ['--ignoreDeprecations', '6.0'] : []),
    ],
  },
};

const run = async (cwd, command, ...parameters) =>
  (await promisify(execFile)(command, parameters, { cwd, encoding: 'utf8', maxBuffer: 2 ** 26 })).stdout;
const install = (name, ...packages) => {
  const path = join(folder, name);
  mkdirSync(path);
  writeFileSync(join(path, 'package.json'), '{ "private": true }');
  return run(path, 'npm', 'install', '--no-audit', '--no-fund', '--ignore-scripts', ...packages);
};

try {
  const versions = readMinors(await run(root, 'npm', 'view', 'typescript', 'versions', '--json'));
  const tarball = pack(folder);
  const names = Object.keys(apps);
  await Promise.all([
    install('compilers', ...versions.map((version) => `ts${version}@npm:typescript@${version}`)),
    ...names.map((name, index) => install(String(index), tarball, ...apps[name].packages)),
  ]);
  checkThatAllIsUsed(join(folder, '0/node_modules/passport-loginwith/dist'));
  // Each version has every mode once, and each kind of app once.
  const compilations = versions.flatMap((version, shift) =>
    Object.keys(modes).map((mode, index) => ({ version, mode, name: names[(index + shift) % names.length] })),
  );
  const failures = [];
  const queue = compilations.filter(({ version, name }) => isSupported(version, names.indexOf(name)));
  const count = queue.length;
  const compileAll = async () => {
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
      const errors = await compile(next, names.indexOf(next.name));
      if (errors !== '') failures.push(`TypeScript ${next.version}, ${next.mode}, ${next.name}:\n${errors}`);
    }
  };
  await Promise.all(Array.from({ length: availableParallelism() }, compileAll));
  if (failures.length > 0) throw new Error(failures.join('\n'));
  console.log(`${count} compilations on TypeScript ${versions.join(', ')} have no error`);
} finally {
  rmSync(folder, { recursive: true, force: true });
}

/** The minor versions from the oldest one on; npm installs the last patch of each. */
function readMinors(json) {
  const stable = JSON.parse(json).filter((version) => /^[\d.]+$/.test(version));
  const minors = new Set(stable.map((version) => version.replace(/\.\d+$/, '')));
  return [...minors].filter((minor) => compareVersions(minor, oldest) >= 0).sort(compareVersions);
}

function compareVersions(a, b) {
  return a.localeCompare(b, 'en', { numeric: true });
}

/** Whether the app's own typings are for this version: those of the newest Node are not for the oldest TypeScript. */
function isSupported(version, index) {
  const path = join(folder, String(index), 'node_modules/@types/node/package.json');
  return compareVersions(version, JSON.parse(readFileSync(path, 'utf8')).typeScriptVersion) >= 0;
}

/** Resolves to what the compiler says; nothing if all is well. */
async function compile({ version, mode, name }, index) {
  const { type, options } = modes[mode];
  const path = join(folder, String(index), `${version}-${type}-${Object.keys(modes).indexOf(mode)}`);
  mkdirSync(path);
  writeFileSync(join(path, 'package.json'), JSON.stringify({ private: true, type }));
  for (const file of apps[name].files) cpSync(join(root, '.ci/consumer', file), join(path, file));
  const strict = '--noEmit --strict --exactOptionalPropertyTypes --noUncheckedIndexedAccess --skipLibCheck false';
  // Without "--types node", which TypeScript 6 and later need to see those typings by themselves: ours refer to them.
  const platform = '--target es2022 --lib es2023 --esModuleInterop true';
  const compiler = join(folder, 'compilers/node_modules', `ts${version}`, 'bin/tsc');
  const parameters = [compiler, ...`${strict} ${platform}`.split(' '), ...options(Number.parseInt(version, 10))];
  return run(path, process.execPath, ...parameters, ...apps[name].files).catch(
    (error) => error.stdout || String(error),
  );
}

/** @throws Error if an export is not in the files that are compiled here */
function checkThatAllIsUsed(dist) {
  const text = allFiles.map((file) => readFileSync(join(root, '.ci/consumer', file), 'utf8')).join('');
  const entries = ['index', ...['express', 'web', 'auth-js', 'better-auth', 'provider'].map((name) => `${name}/index`)];
  for (const entry of entries.map((name) => `${name}.d.ts`)) {
    const lists = readFileSync(join(dist, entry), 'utf8').matchAll(/^export (?:type )?\{([^}]*)\}/gm);
    const exported = [...lists].flatMap(([, list]) => list.split(',').map((each) => each.trim().split(' ').at(-1)));
    const unused = exported.filter((name) => name !== '' && !new RegExp(`\\b${name}\\b`).test(text));
    if (unused.length > 0) throw new Error(`${entry}: .ci/consumer uses no ${unused.join(', ')}`);
  }
}
