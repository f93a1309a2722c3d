import js from '@eslint/js';
import ts from 'typescript-eslint';

const nx = ['@nx/*', 'nx', 'nx/*'];
const noPlugin = { group: ['@nx-kube/plugin'], message: 'executors may not import plugin' };

/**
 * The arrows of the house: plugin → executors → cluster. Each entry lists what a folder may not import, and why. Of the
 * entries that match a file only the last one counts, so that each lists everything.
 */
const arrows = [
  {
    files: ['packages/cluster/**'],
    forbidden: [{ group: [...nx, '@nx-kube/*'], message: 'cluster knows nothing of Nx, nor of the packages above it' }],
  },
  {
    files: ['packages/executors/**'],
    forbidden: [noPlugin],
  },
  {
    files: ['packages/executors/**'],
    ignores: [
      'packages/executors/src/executors/*/executor.ts',
      'packages/executors/src/executors/*/nx-*.ts',
      'packages/executors/src/nx/**',
      '**/*.spec.ts',
    ],
    forbidden: [noPlugin, { group: nx, message: 'only executor.ts and nx-*.ts files know Nx; the core does not' }],
  },
];

export default ts.config(
  { ignores: ['**/dist/', '**/node_modules/', '**/bin/', '.nx/', 'tmp/', '**/coverage/'] },
  js.configs.recommended,
  ...ts.configs.recommended,
  {
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
    rules: {
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_' }],
      '@typescript-eslint/consistent-type-imports': 'error',
      'no-console': 'off',
      eqeqeq: ['error', 'always', { null: 'ignore' }],
    },
  },
  ...arrows.map(({ files, ignores, forbidden }) => ({
    files,
    ...(ignores && { ignores }),
    rules: { 'no-restricted-imports': ['error', { patterns: forbidden }] },
  })),
);
