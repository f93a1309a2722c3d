import js from '@eslint/js';
import stylistic from '@stylistic/eslint-plugin';
import { createTypeScriptImportResolver } from 'eslint-import-resolver-typescript';
import { importX } from 'eslint-plugin-import-x';
import ts from 'typescript-eslint';
import { arrows, zones } from './tools/lint/arrows.mjs';

/** Files that are checked with type information, and the TypeScript project that holds them. */
const typed = [
  ...['cluster', 'executors', 'plugin'].map((name) => ({
    files: [`packages/${name}/src/**/*.ts`],
    project: `packages/${name}/tsconfig.spec.json`,
  })),
  { files: ['packages/testing/src/**/*.ts'], project: 'packages/testing/tsconfig.json' },
  { files: ['e2e/**/*.ts'], project: 'e2e/tsconfig.json' },
  ...['bench', 'docs', 'lint', 'local-cluster', 'release', 'run', 'start', 'test'].map((name) => ({
    files: [`tools/${name}/**/*.ts`],
    project: `tools/${name}/tsconfig.json`,
  })),
];

export default ts.config(
  { ignores: ['**/dist/', '**/node_modules/', '**/bin/', '.nx/', 'tmp/', '**/coverage/'] },
  js.configs.recommended,
  ...ts.configs.recommended,
  {
    plugins: { 'import-x': importX, '@stylistic': stylistic },
    languageOptions: {
      globals: {
        process: 'readonly',
        console: 'readonly',
        Buffer: 'readonly',
        URL: 'readonly',
        AbortController: 'readonly',
        AbortSignal: 'readonly',
        setTimeout: 'readonly',
        clearTimeout: 'readonly',
        setInterval: 'readonly',
        clearInterval: 'readonly',
        fetch: 'readonly',
        performance: 'readonly',
      },
    },
    settings: {
      'import-x/resolver-next': [createTypeScriptImportResolver({ project: 'tsconfig.base.json' })],
      // Without these the rule against cycles does not read TypeScript.
      'import-x/extensions': ['.ts', '.mjs', '.js'],
      'import-x/parsers': { '@typescript-eslint/parser': ['.ts'] },
    },
    rules: {
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_' }],
      '@typescript-eslint/consistent-type-imports': 'error',
      'no-console': 'off',
      'no-restricted-syntax': [
        'error',
        {
          selector: 'ExportAllDeclaration',
          message: 'Name what you export, so that index.ts shows the whole interface.',
        },
      ],
      // Prettier breaks code, but not comments.
      '@stylistic/max-len': ['error', { code: 1000, comments: 120, ignoreUrls: true }],
      eqeqeq: ['error', 'always', { null: 'ignore' }],
      'max-lines-per-function': 'off',
      'import-x/order': [
        'error',
        {
          groups: ['builtin', 'external', 'parent', 'sibling', 'index'],
          alphabetize: { order: 'asc', caseInsensitive: true },
          'newlines-between': 'never',
        },
      ],
    },
  },
  // One program per entry: a run over one project reads no other.
  ...typed.map(({ files, project }) => ({ files, languageOptions: { parserOptions: { project } } })),
  {
    files: typed.flatMap(({ files }) => files),
    rules: {
      '@typescript-eslint/no-floating-promises': ['error', { ignoreVoid: false }],
      '@typescript-eslint/no-misused-promises': ['error', { checksVoidReturn: false }],
      '@typescript-eslint/await-thenable': 'error',
    },
  },
  {
    files: ['packages/*/src/**/*.ts', 'tools/*/src/**/*.ts'],
    ignores: ['**/*.spec.ts', '**/*.fixture.ts'],
    rules: {
      'import-x/no-cycle': 'error',
      'import-x/no-restricted-paths': ['error', { zones }],
      'max-lines-per-function': ['error', { max: 80 }],
    },
  },
  ...arrows.map(({ files, ignores, forbidden }) => ({
    files,
    ...(ignores && { ignores }),
    rules: { 'no-restricted-imports': ['error', { patterns: forbidden }] },
  })),
);
