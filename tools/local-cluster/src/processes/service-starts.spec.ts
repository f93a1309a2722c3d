import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { restoreServiceStarts, withoutServiceStarts } from './service-starts.js';

let folder: string;
let policy: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'nx-kube-policy-'));
  policy = join(folder, 'policy-rc.d');
});
afterEach(() => rmSync(folder, { recursive: true }));

/** Leaves the same state as a run that was killed during an install. */
async function killed(): Promise<void> {
  let saved: Record<string, string> = {};
  await withoutServiceStarts(async () => {
    saved = Object.fromEntries(readdirSync(folder).map((name) => [name, readFileSync(join(folder, name), 'utf8')]));
  }, policy);
  for (const name of readdirSync(folder)) rmSync(join(folder, name));
  for (const [name, content] of Object.entries(saved)) writeFileSync(join(folder, name), content);
}

describe('service starts', () => {
  it('services do not start during an install and can start afterwards, even if it fails', async () => {
    const install = withoutServiceStarts(async () => {
      expect(readFileSync(policy, 'utf8')).toContain('exit 101');
      expect(statSync(policy).mode & 0o111).toBe(0o111);
      throw new Error('no network');
    }, policy);
    await expect(install).rejects.toThrow('no network');
    expect(readdirSync(folder)).toEqual([]);
  });

  it("an administrator's policy is in force again after an install", async () => {
    writeFileSync(policy, 'own');
    await withoutServiceStarts(async () => expect(readFileSync(policy, 'utf8')).toContain('exit 101'), policy);
    expect(readFileSync(policy, 'utf8')).toBe('own');
    expect(readdirSync(folder)).toEqual(['policy-rc.d']);
  });

  it('services can start again after the run that follows a killed one', async () => {
    await killed();
    expect(existsSync(policy)).toBe(true);
    restoreServiceStarts(policy);
    expect(readdirSync(folder)).toEqual([]);
  });

  it("an administrator's policy is in force again after a killed run, and stays so after the next run", async () => {
    writeFileSync(policy, 'own');
    await killed();
    await withoutServiceStarts(async () => {}, policy);
    expect(readFileSync(policy, 'utf8')).toBe('own');
    await killed();
    restoreServiceStarts(policy);
    expect(readFileSync(policy, 'utf8')).toBe('own');
    expect(readdirSync(folder)).toEqual(['policy-rc.d']);
  });
});
