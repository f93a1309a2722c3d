// Runs the Go tests, with the race detector if a C compiler is installed (the race detector needs one).
import { spawnSync } from 'node:child_process';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';

const cwd = dirname(fileURLToPath(import.meta.url));
const go = (args, env) =>
  spawnSync('go', args, {
    cwd,
    stdio: 'inherit',
    env: { ...process.env, GOWORK: 'off', GOFLAGS: '-buildvcs=false', ...env },
  });

const compiler = spawnSync('go', ['env', 'CC'], { cwd, encoding: 'utf8' }).stdout?.trim() || 'gcc';
const race = spawnSync(compiler, ['--version']).status === 0;
if (!race) console.warn(`The C compiler ${compiler} is missing: the tests run without the race detector.`);

const vet = go(['vet', './...']);
if (vet.error) throw new Error(`The agent tests need Go: ${vet.error.message}`);
const test =
  vet.status === 0 ? go(['test', ...(race ? ['-race'] : []), './...'], { CGO_ENABLED: race ? '1' : '0' }) : vet;
process.exit(test.status ?? 1);
