// PGlite imports parts of itself, which Jest's modules cannot: Node itself loads it, outside of them.
const { runInThisContext } = require('node:vm');
const { createRequire } = runInThisContext('process').getBuiltinModule('node:module');
module.exports = createRequire(__filename)('@electric-sql/pglite');
