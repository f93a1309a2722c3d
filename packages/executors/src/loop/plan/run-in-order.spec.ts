import { describe, expect, it } from 'vitest';
import { runInOrder } from './run-in-order.js';

/** Work that ends when told to. */
function works() {
  const log: string[] = [];
  const end = new Map<string, () => void>();
  const start = (target: string) => {
    log.push(target);
    return new Promise<void>((resolve) => end.set(target, resolve));
  };
  return { log, start, end: (target: string) => end.get(target)!() };
}
const turn = () => new Promise((resolve) => setImmediate(resolve));

describe('the order of targets of one edit', () => {
  it('is none where nothing depends on another: all start before the call returns', () => {
    const { log, start } = works();
    runInOrder(['a', 'b'], () => [], start);
    expect(log).toEqual(['a', 'b']);
  });

  it('has a target wait for what it depends on, if listed later', async () => {
    const { log, start, end } = works();
    runInOrder(['build', 'render', 'generate'], (target) => (target === 'build' ? ['generate'] : []), start);
    expect(log).toEqual(['generate', 'render']);
    end('generate');
    await turn();
    expect(log).toEqual(['generate', 'render', 'build']);
  });

  it('does not wait for what the edit does not concern', () => {
    const { log, start } = works();
    runInOrder(['build'], () => ['generate'], start);
    expect(log).toEqual(['build']);
  });

  it('goes on after a failure, which is told for itself', async () => {
    const log: string[] = [];
    const start = (target: string) => {
      log.push(target);
      return target === 'generate' ? Promise.reject(new Error('no')) : Promise.resolve();
    };
    runInOrder(['generate', 'build'], (target) => (target === 'build' ? ['generate'] : []), start);
    await turn();
    expect(log).toEqual(['generate', 'build']);
  });
});
