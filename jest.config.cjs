/** @type {import('jest').Config} */
module.exports = {
  testEnvironment: 'node',
  roots: ['<rootDir>/test'],
  testMatch: ['**/*.test.ts'],
  transform: { '^.+\\.ts$': ['ts-jest', { tsconfig: 'tsconfig.json' }] },
  moduleNameMapper: {
    '^passport-loginwith$': '<rootDir>/lib/index.ts',
    '^passport-loginwith/(provider|express|web|auth-js|better-auth)$': '<rootDir>/lib/$1/index.ts',
    '^@electric-sql/pglite$': '<rootDir>/test/support/pglite.cjs',
    '^(\\.{1,2}/.*)\\.js$': '$1',
  },
  // Many tests wait for other processes: a machine with two cores is not busy with one worker.
  maxWorkers: '100%',
  collectCoverage: true,
  collectCoverageFrom: ['lib/**/*.ts'],
  coverageReporters: ['text-summary', 'lcov'],
  coverageThreshold: { global: { lines: 95, branches: 95 } },
};
