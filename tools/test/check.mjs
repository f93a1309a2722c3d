// @ts-check
/** `check.mjs <program> <arguments…>`: a target that is one check. Programs of npm packages go by their names. */
import { bin } from '../set-up.mjs';
import { check } from './src/steps.mjs';
import { runTarget } from './src/target.mjs';

/** @type {Record<string, string>} */
const programs = {
  eslint: bin('eslint', 'bin/eslint.js'),
  prettier: bin('prettier', 'bin/prettier.cjs'),
  tsc: bin('typescript', 'bin/tsc'),
};
const [program = '', ...args] = process.argv.slice(2);
const script = programs[program];
await runTarget(() => check(process.execPath, script ? [script, ...args] : args));
