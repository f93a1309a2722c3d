import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { copyFile, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { agentBinary, packBinary } from '../agent/binaries.js';
import { scratch } from '../agent/local-agent.spec.fixture.js';
import { contentId } from './content-id.js';

describe('contentId', () => {
  it('the id of a Go binary is the content part of its build id', async () => {
    for (const binary of [agentBinary('amd64'), agentBinary('arm64'), packBinary()]) {
      const buildId = execFileSync('go', ['tool', 'buildid', binary], { encoding: 'utf8' }).trim();
      expect(await contentId(binary)).toBe(`go:${buildId.split('/')[3]}`);
    }
  });

  it('a copy has the same id, and another binary has another', async () => {
    const copy = join(await scratch(), 'copy');
    await copyFile(packBinary(), copy);
    expect(await contentId(copy)).toBe(await contentId(packBinary()));
    expect(await contentId(agentBinary('amd64'))).not.toBe(await contentId(agentBinary('arm64')));
  });

  it('the build id of other formats than ELF is found between its marks', async () => {
    const file = join(await scratch(), 'mach-o');
    const parts = ['action_of_it-0123456', 'action_of_main-01234', 'content_of_main-0123', 'content_of_it-012345'];
    await writeFile(
      file,
      Buffer.from(`\xcf\xfa${'\0'.repeat(9000)}\xff Go build ID: "${parts.join('/')}"\n \xff`, 'latin1'),
    );
    expect(await contentId(file)).toBe('go:content_of_it-012345');
  });

  it('the id of a file without a build id, or with one set by hand, is its SHA-256', async () => {
    const folder = await scratch();
    const sha256 = (content: Buffer) => `sha256:${createHash('sha256').update(content).digest('hex')}`;
    const byHand = Buffer.from('MZ \xff Go build ID: "release-1"\n \xff', 'latin1');
    const longByHand = Buffer.from('\xff Go build ID: "a_release_0123456789"\n \xff', 'latin1');
    const stripped = await readFile(packBinary());
    stripped[stripped.indexOf('Go\0\0')] = 0x58;
    const unended = Buffer.from('\xff Go build ID: "abc', 'latin1');
    for (const content of [
      Buffer.from('text'),
      Buffer.alloc(0),
      byHand,
      longByHand,
      stripped,
      stripped.subarray(0, 70),
      unended,
    ]) {
      await writeFile(join(folder, 'file'), content);
      expect(await contentId(join(folder, 'file'))).toBe(sha256(content));
    }
  });

  it('a missing file rejects', async () => {
    await expect(contentId('/not/there')).rejects.toThrow('/not/there');
  });
});
