import js from '@eslint/js';
import ts from 'typescript-eslint';

/** The arrows of the house: plugin → executors → cluster. Each entry lists what a folder may not import, and why. */
const arrows = [
  {
    files: ['packages/cluster/**'],
    forbidden: ['@nx/*', 'nx', 'nx/*', '@nx-kube/*'],
    message: 'cluster knows nothing of Nx, nor of the packages above it',
  },
  {
    files: ['packages/executors/**'],
    ignores: [
      'packages/executors/src/executors/*/executor.ts',
      'packages/executors/src/executors/*/nx-*.ts',
      'packages/executors/src/nx/**',
      '**/*.spec.ts',
    ],
    forbidden: ['@nx/*', 'nx', 'nx/*', '@nx-kube/plugin'],
    message: 'only executor.ts and nx-*.ts files know Nx; the core does not',
  },
  {
    files: ['packages/executors/**'],
    ignores: [],
    forbidden: ['@nx-kube/plugin'],
    message: 'executors may not import plugin',
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
  ...arrows.map(({ files, ignores, forbidden, message }) => ({
    files,
    ...(ignores?.length ? { ignores } : {}),
    rules: { 'no-restricted-imports': ['error', { patterns: [{ group: forbidden, message }] }] },
  })),
);
