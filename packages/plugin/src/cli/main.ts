#!/usr/bin/env node
import { parseArgs } from 'node:util';
import { configurationError } from '../files/configuration-error.js';

const usage = `Usage: npx @nx-kube/plugin init [--dry-run]

Sets a repository with Kubernetes controllers in Go up for nx-kube. Works in a Go repository without package.json, in
an npm repository and in an Nx workspace. A second run changes nothing.

Options:
  --dry-run  print what would change, and change nothing
  --help     print this text
`;

/** Runs the command line. @returns the exit code */
async function main(args: string[]): Promise<number> {
  try {
    const { command, dryRun, help } = readArguments(args);
    if (help) {
      process.stdout.write(usage);
      return 0;
    }
    if (command !== 'init') {
      throw configurationError(
        command === undefined ? 'No command is given.' : `"${command}" is not a command.`,
        'Run npx @nx-kube/plugin init.',
      );
    }
    // Loading the devkit takes most of a second, and only this command needs it.
    const { init } = await import('./init.js');
    await init({ directory: process.cwd(), dryRun });
    return 0;
  } catch (error) {
    process.stderr.write(`${(error as Error).message}\n`);
    return 1;
  }
}

function readArguments(args: string[]): { command?: string; dryRun: boolean; help: boolean } {
  try {
    const { values, positionals } = parseArgs({
      args,
      allowPositionals: true,
      options: { 'dry-run': { type: 'boolean' }, help: { type: 'boolean', short: 'h' } },
    });
    const [command, unexpected] = positionals;
    if (unexpected !== undefined) throw new Error(`Unexpected argument '${unexpected}'`);
    return { command, dryRun: values['dry-run'] === true, help: values.help === true };
  } catch (error) {
    const [reason = ''] = (error as Error).message.split('. ');
    throw configurationError(`${reason}.`, 'npx @nx-kube/plugin --help lists the options.');
  }
}

process.exitCode = await main(process.argv.slice(2));
