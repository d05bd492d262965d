// Transpiles without type checks. The result depends on the text alone, so the cache serves every sandbox.
const { createHash } = require('node:crypto');
const ts = require('typescript');

const compilerOptions = {
  module: ts.ModuleKind.CommonJS,
  target: ts.ScriptTarget.ES2023,
  esModuleInterop: true,
  inlineSourceMap: true,
};

module.exports = {
  process: (text, fileName) => ({ code: ts.transpileModule(text, { compilerOptions, fileName }).outputText }),
  getCacheKey: (text, fileName) =>
    createHash('sha256')
      .update(JSON.stringify([ts.version, compilerOptions, fileName.split('/').at(-1), text]))
      .digest('hex'),
};
