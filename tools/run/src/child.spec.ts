import { once } from 'node:events';
import { execa } from 'execa';
import { describe, expect, it } from 'vitest';

const CHILD = new URL('./child.mjs', import.meta.url).href;

/** Node that runs a child of its own, which ignores every signal, and cleans up by another. */
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

/** Starts a process of its own, says its process id, and goes on until a signal. */
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

describe('a signal', () => {
  it.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
    ['SIGHUP', 129],
  ] as const)('%s ends the child and all that it has started, then what cleans up runs', async (signal, exitCode) => {
    const node = run(PARENT);
    const [pid] = (await once(node.stdout, 'data')) as [Buffer];
    node.kill(signal);
    const result = await node;
    expect(result.stdout).toMatch(/cleaned up\nwith status 0$/);
    expect(result.stdout).not.toContain('went on');
    expect(result.exitCode).toBe(exitCode);
    expect(isAlive(Number(pid.toString()))).toBe(false);
  });

  it('that arrives twice at once, as by npm and the terminal, is one', async () => {
    const node = run(
      `process.on('SIGINT', () => setTimeout(() => process.exit(console.log('in peace')), 100));${PARENT}`,
    );
    await once(node.stdout, 'data');
    node.kill('SIGINT');
    node.kill('SIGINT');
    expect((await node).stdout).toContain('in peace');
  });
});

describe('a child', () => {
  it('that ends by itself gives its status, and what it writes is shown', async () => {
    const { stdout, exitCode } = await run('console.log("hello")');
    expect(stdout).toBe('hello\nwent on\ncleaned up\nwith status 0');
    expect(exitCode).toBe(0);
  });

  it('that cannot be started is told', async () => {
    const source = `import { runChild } from ${JSON.stringify(CHILD)};
      console.log(await runChild('no-such-program', [], { what: 'testing' }));`;
    const { stdout, stderr } = await execa(process.execPath, ['--input-type=module', '-e', source]);
    expect(stdout).toBe('127');
    expect(stderr).toContain('no-such-program cannot be started: spawn no-such-program ENOENT');
  });
});
