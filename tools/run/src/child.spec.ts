import { once } from 'node:events';
import { execa } from 'execa';
import { describe, expect, it } from 'vitest';

const CHILD = new URL('./child.mjs', import.meta.url).href;

/** A Node program that runs a child, then a clean-up as another child. */
const script = (child: string) => `
  import { passInterruptionsOn, runChild } from ${JSON.stringify(CHILD)};
  passInterruptionsOn();
  try {
    await runChild(process.execPath, ['-e', ${JSON.stringify(child)}], { what: 'testing' });
    console.log('went on');
  } catch (error) {
    process.exitCode = error.exitCode;
  } finally {
    const status = await runChild(process.execPath, ['-e', 'console.log("cleaned up")'], { what: 'cleaning', cleansUp: true });
    console.log('with status', status);
  }`;

/** A program that starts a child of its own, prints its process id, and runs until a signal. */
const PARENT = `
  const other = require('node:child_process').spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)']);
  other.on('spawn', () => console.log(other.pid));
  setInterval(() => {}, 1000);`;

const run = (child: string) => execa(process.execPath, ['--input-type=module', '-e', script(child)], { reject: false });
const isAlive = (pid: number) => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};

describe('runChild on a signal', () => {
  it.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
    ['SIGHUP', 129],
  ] as const)('%s ends the child and all its descendants, then the clean-up runs', async (signal, exitCode) => {
    const node = run(PARENT);
    const [pid] = (await once(node.stdout, 'data')) as [Buffer];
    node.kill(signal);
    const result = await node;
    expect(result.stdout).toMatch(/cleaned up\nwith status 0$/);
    expect(result.stdout).not.toContain('went on');
    expect(result.exitCode).toBe(exitCode);
    expect(isAlive(Number(pid.toString()))).toBe(false);
  });

  it('a signal that arrives twice at once, from npm and the terminal, counts once', async () => {
    const node = run(
      `process.on('SIGINT', () => setTimeout(() => process.exit(console.log('in peace')), 100));${PARENT}`,
    );
    await once(node.stdout, 'data');
    node.kill('SIGINT');
    node.kill('SIGINT');
    expect((await node).stdout).toContain('in peace');
  });
});

describe('runChild', () => {
  it('a child that ends by itself returns its status, and its output is shown', async () => {
    const { stdout, exitCode } = await run('console.log("hello")');
    expect(stdout).toBe('hello\nwent on\ncleaned up\nwith status 0');
    expect(exitCode).toBe(0);
  });

  it('a child that cannot be started is reported with the reason', async () => {
    const source = `import { runChild } from ${JSON.stringify(CHILD)};
      console.log(await runChild('no-such-program', [], { what: 'testing' }));`;
    const { stdout, stderr } = await execa(process.execPath, ['--input-type=module', '-e', source]);
    expect(stdout).toBe('127');
    expect(stderr).toContain('no-such-program cannot be started: spawn no-such-program ENOENT');
  });
});
