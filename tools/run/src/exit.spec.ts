import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { setImmediate } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';

/** Runs a script that may use `exit`. @returns its exit code and the number of bytes that a slow reader gets */
async function run(script: string, { reads = true } = {}): Promise<{ code: number; bytes: number }> {
  const url = new URL('./exit.mjs', import.meta.url).href;
  const program = `import { exit } from ${JSON.stringify(url)};\n${script}`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', program], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const closed = once(child, 'close') as Promise<[number]>;
  let bytes = 0;
  if (reads) {
    for await (const chunk of child.stdout) {
      bytes += (chunk as Buffer).length;
      await setImmediate();
    }
  } else child.stdout.destroy();
  const [code] = await closed;
  return { code, bytes };
}

describe('exit', () => {
  it('a slow reader gets everything that was printed, and the exit code', async () => {
    expect(await run(`console.log('x'.repeat(2e6)); await exit(3);`)).toEqual({ code: 3, bytes: 2e6 + 1 });
  });

  it('a reader that has gone keeps no process alive', async () => {
    const script = `process.stdout.on('error', () => {}); console.log('x'.repeat(2e6)); await exit(3);`;
    expect(await run(script, { reads: false })).toEqual({ code: 3, bytes: 0 });
  });
});
