// Lets a child process of a test, or a benchmark, run the TypeScript sources: node -r ./test/support/ts-hook.cjs FILE.
const { readFileSync } = require('node:fs');
const Module = require('node:module');
const { join } = require('node:path');
const ts = require('typescript');

const compilerOptions = { module: ts.ModuleKind.CommonJS, target: ts.ScriptTarget.ES2022, esModuleInterop: true };
const resolveFilename = Module._resolveFilename;

Module._resolveFilename = function (request, ...rest) {
  // The sources, as in Jest, and not a build that may be old; a benchmark of the build says so.
  const entry =
    process.env.USE_BUILD === '1' ? null : /^passport-loginwith(?:\/(express|provider|web))?$/.exec(request);
  if (entry !== null) return join(__dirname, '../../lib', entry[1] ?? '', 'index.ts');
  try {
    return resolveFilename.call(this, request, ...rest);
  } catch (error) {
    if (!/^\.{1,2}\/.*\.js$/.test(request)) throw error;
    return resolveFilename.call(this, request.replace(/\.js$/, '.ts'), ...rest);
  }
};

require.extensions['.ts'] = (module, fileName) => {
  const { outputText } = ts.transpileModule(readFileSync(fileName, 'utf8'), { compilerOptions, fileName });
  module._compile(outputText, fileName);
};
