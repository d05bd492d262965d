import js from '@eslint/js';
import regexp from 'eslint-plugin-regexp';
import globals from 'globals';
import tseslint from 'typescript-eslint';

/** An export is described by a docstring, which editors show, and not by another kind of comment. */
const docstring = {
  meta: { messages: { style: 'Describe an export in a docstring: /** … */' } },
  create: (context) => ({
    'ExportNamedDeclaration[declaration]'(node) {
      const comment = context.sourceCode.getCommentsBefore(node).at(-1);
      if (comment?.loc.end.line !== node.loc.start.line - 1 || /^ (@ts|eslint)-/.test(comment.value)) return;
      if (comment.type !== 'Block' || !comment.value.startsWith('*'))
        context.report({ loc: comment.loc, messageId: 'style' });
    },
  }),
};

const lineLength = ['error', { code: 120, ignoreUrls: true, ignoreTemplateLiterals: true, ignoreRegExpLiterals: true }];

const naming = [
  'error',
  { selector: 'default', format: ['camelCase'], leadingUnderscore: 'allow' },
  { selector: 'typeLike', format: ['PascalCase'] },
  { selector: 'import', format: ['camelCase', 'PascalCase'] },
  // A class may stand in a variable, a parameter or what a function returns. `MAXIMUM` is PascalCase, so: strict.
  {
    selector: ['variable', 'parameter', 'function'],
    format: ['camelCase', 'StrictPascalCase'],
    leadingUnderscore: 'allow',
  },
  // Shapes of others keep their names: the wire's `app_id`, the environment's `REDIS_URL`, headers in quotes.
  { selector: ['objectLiteralProperty', 'objectLiteralMethod', 'typeProperty', 'typeMethod'], format: null },
  { selector: ['variable', 'parameter'], modifiers: ['destructured'], format: null },
];

const typeOfParameter = 'typeAnnotation.typeAnnotation.typeName.name';
const handwriting = ['req', 'res'].map((name) => ({
  selector: `:function > [name=/^${name}(uest|ponse)$/][${typeOfParameter}=/^(IncomingMessage|ServerResponse)$/]`,
  message: `Call node's request and response req and res.`,
}));

const suites = '/^(test|describe)$/';
const testHandwriting = [
  { selector: 'CallExpression[callee.name=/^(it|fit|xit|xtest|fdescribe|xdescribe)$/]', message: "Write test('…')." },
  { selector: "MemberExpression[object.name='it']", message: "Write test('…')." },
  {
    selector: `MemberExpression[object.name=${suites}][property.name=/^(only|skip|todo|failing)$/]`,
    message: 'Every test runs.',
  },
  { selector: "MemberExpression[object.name='jest'][property.name='retryTimes']", message: 'No retries.' },
];

export default tseslint.config(
  { ignores: ['dist/', 'coverage/', 'reports/', '.stryker-tmp/', 'example-app/dist/', 'example-app/.data/'] },
  js.configs.recommended,
  { rules: { 'max-len': lineLength } },
  {
    files: ['**/*.ts', '**/*.mts'],
    extends: [...tseslint.configs.strictTypeChecked],
    plugins: { local: { rules: { docstring } } },
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      '@typescript-eslint/consistent-type-imports': ['error', { disallowTypeAnnotations: false }],
      '@typescript-eslint/naming-convention': naming,
      '@typescript-eslint/no-non-null-assertion': 'error',
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true, allowBoolean: true }],
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      eqeqeq: ['error', 'smart'],
      'local/docstring': 'error',
      'no-restricted-syntax': ['error', ...handwriting],
    },
  },
  {
    files: ['test/**/*.ts', '.ci/consumer/*.ts'],
    rules: {
      '@typescript-eslint/no-non-null-assertion': 'off',
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-unsafe-member-access': 'off',
      '@typescript-eslint/no-unsafe-argument': 'off',
      '@typescript-eslint/no-unsafe-return': 'off',
      '@typescript-eslint/require-await': 'off',
      '@typescript-eslint/only-throw-error': 'off',
      '@typescript-eslint/no-misused-spread': 'off',
      'no-restricted-syntax': ['error', ...handwriting, ...testHandwriting],
    },
  },
  {
    files: ['lib/**/*.ts'],
    rules: {
      'no-restricted-properties': ['error', { object: 'URL', property: 'canParse', message: 'Use parseURL.' }],
    },
  },
  {
    // These read what browsers and providers send.
    files: ['lib/**/*.ts', 'example-app/**/*.ts'],
    plugins: { regexp },
    rules: {
      'regexp/no-super-linear-backtracking': ['error', { report: 'potential' }],
      'regexp/no-super-linear-move': ['error', { report: 'potential', ignorePartial: false }],
    },
  },
  {
    files: ['**/*.cjs', '**/*.mjs'],
    languageOptions: { globals: globals.node },
    rules: { camelcase: 'error' },
  },
);
