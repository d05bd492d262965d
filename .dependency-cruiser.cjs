// Which file may import which. Each list reads from the bottom up: a layer imports itself and what stands before it.

const shared = ['types.ts', 'errors.ts', 'internal/'];

const packageLayers = [
  shared,
  ['diagnostics/'],
  ['providers.ts', 'options.ts'],
  ['client/'],
  ['login/'],
  ['pages/'],
  ['node-request.ts'],
  ['node-response.ts', 'adapt-fastify.ts', 'session-warnings.ts', 'start-page.ts'],
  ['strategy.ts'],
  ['adapters/'],
  ['express/', 'web/'],
  ['auth-js/', 'better-auth/'],
  ['index.ts', 'index.mts'],
];

const providerLayers = [
  ['provider/i18n.ts', 'provider/pages/'],
  ['provider/store/'],
  ['provider/options.ts', 'provider/conditions.ts'],
  ['provider/api/'],
  ['provider/faults/'],
  ['provider/server/'],
  ['provider/dashboard/'],
  ['provider/console/'],
  ['provider/testing/'],
  ['provider/create-provider.ts'],
  ['provider/start-provider.ts'],
  ['provider/index.ts', 'provider/index.mts'],
];

/** A pattern for paths in `lib` that start with one of `names`. */
function inLib(names) {
  const alternatives = names.map((name) => name.replaceAll('.', '\\.') + (name.endsWith('/') ? '' : '$'));
  return `^lib/(${alternatives.join('|')})`;
}

/** One rule per layer: nothing in it imports a layer above it. */
function noImportUpwards(name, layers) {
  return layers.slice(0, -1).map((layer, index) => ({
    name: `${name}: ${layer.join(', ')} imports nothing above it`,
    severity: 'error',
    from: { path: inLib(layer) },
    to: { path: inLib(layers.slice(index + 1).flat()) },
  }));
}

function forbid(name, from, to) {
  return { name, severity: 'error', from, to };
}

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    forbid('no cycles, type imports included', {}, { circular: true }),
    forbid('no import of what does not resolve', {}, { couldNotResolve: true }),
    forbid(
      'no file that no entry point needs',
      { path: '^lib/((express|web|auth-js|better-auth|provider|cli)/)?index\\.ts$' },
      { path: '^lib/', pathNot: '(^|/)index\\.m?ts$', reachable: false },
    ),
    ...noImportUpwards('package', packageLayers),
    forbid(
      'express and web know nothing of each other',
      { path: '^lib/(express|web)/' },
      {
        path: '^lib/(express|web)/',
        pathNot: '^lib/$1/',
      },
    ),
    forbid(
      'auth-js and better-auth know nothing of each other, of express and of web',
      { path: '^lib/(auth-js|better-auth)/' },
      { path: '^lib/(express|web|auth-js|better-auth)/', pathNot: '^lib/$1/' },
    ),
    forbid(
      'in express, session knows nothing of routes',
      { path: '^lib/express/session/' },
      {
        path: '^lib/express/routes/',
      },
    ),
    forbid(
      'the provider stands alone',
      { path: '^lib/provider/' },
      {
        path: '^lib/',
        pathNot: inLib([...shared, 'provider/']),
      },
    ),
    forbid(
      'only the command imports the provider',
      { path: '^lib/', pathNot: '^lib/(provider|cli)/' },
      {
        path: '^lib/provider/',
      },
    ),
    ...noImportUpwards('provider', providerLayers),
    forbid(
      "the provider's testing uses its api and store alone",
      { path: '^lib/provider/testing/' },
      {
        path: '^lib/provider/',
        pathNot: '^lib/provider/(testing|api|store)/',
      },
    ),
    forbid(
      'the command uses the provider and the client',
      { path: '^lib/cli/' },
      {
        path: '^lib/',
        pathNot: inLib([...shared, 'providers.ts', 'options.ts', 'client/', 'provider/', 'cli/']),
      },
    ),
    forbid('nothing imports the command', { path: '^lib/', pathNot: '^lib/cli/' }, { path: '^lib/cli/' }),
    forbid('lib imports no test and no example', { path: '^lib/' }, { path: '^(test|example-app|dist)/' }),
    forbid(
      'lib imports only what package.json names',
      { path: '^lib/' },
      {
        dependencyTypes: ['npm-dev', 'npm-no-pkg', 'npm-unknown'],
        // Declarations refer to them, and TypeScript 7 finds them by no other way.
        pathNot: '^node_modules/@types/node/',
        dependencyTypesNot: ['type-only', 'npm-peer'],
      },
    ),
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: { extensions: ['.ts', '.mts', '.js', '.d.ts'] },
  },
};
