import { execFile } from 'node:child_process';
import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';

const program = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));
const folder = realpathSync(mkdtempSync(join(tmpdir(), 'nx-kube-cli-')));
afterAll(() => rmSync(folder, { recursive: true }));

/** Runs the built command line in an empty folder. */
function run(...args: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  return new Promise((resolve) => {
    execFile(process.execPath, [program, ...args], { cwd: folder }, (error, stdout, stderr) =>
      resolve({ code: error ? Number(error.code) : 0, stdout, stderr }),
    );
  });
}

describe('the command line of @nx-kube/plugin', () => {
  it('the help names the command and its options', async () => {
    const { code, stdout, stderr } = await run('--help');
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(/^Usage: npx @nx-kube\/plugin init \[--dry-run\][^]*--dry-run/);
  });

  it.each([
    [[], 'No command is given.'],
    [['start'], '"start" is not a command.'],
    [['init', 'now'], "Unexpected argument 'now'."],
    [['init', '--dryrun'], "Unknown option '--dryrun'."],
    [['init'], `${folder} is in no git repository, and has neither go.mod, package.json nor nx.json.`],
  ])('the arguments %j end with code 1 and one message with the next step', async (args, message) => {
    const { code, stdout, stderr } = await run(...args);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr.split('\n')).toEqual([message, expect.stringMatching(/^ {2}→ .+\.$/), '']);
  });
});
