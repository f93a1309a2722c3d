import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { errorsPage } from './errors-page.mjs';
import { errorsOf } from './errors.mjs';

const root = fileURLToPath(new URL('../../..', import.meta.url));

describe('errorsOf', () => {
  it('errorsOf finds the message and the next step of an NxKubeError, with placeholders for expressions', () => {
    const source = `
      const problem = broken ? 'is broken' : \`lacks \${fields.join(', ')}\`;
      throw new NxKubeError('cluster', \`\${subject(ref)} \${problem}, says \${error.message}.\`, { next: 'Fix it.' });`;
    expect(errorsOf('x.ts', source)).toEqual([
      {
        file: 'x.ts',
        culprit: 'cluster',
        message: '<Kind/namespace/name> <problem>, says <message>.',
        next: 'Fix it.',
      },
    ]);
  });

  it('errorsOf lists both texts of a message that depends on a condition', () => {
    const source = "throw new NxKubeError('bug', empty ? 'it is empty' : 'it is full');";
    expect(errorsOf('x.ts', source).map(({ message }) => message)).toEqual(['it is empty', 'it is full']);
  });

  it('errorsOf leaves out a message whose text is known only at run time', () => {
    expect(errorsOf('x.ts', "throw new NxKubeError('cluster', answer.message, { next: answer.next });")).toEqual([]);
  });

  it('errorsOf finds mistakes in settings and configuration errors of the plugin', () => {
    const source = `
      report({ where, mistake: 'is missing', next: 'Add it.' });
      throw configurationError(\`\${file} has no module directive\`, 'Run "go mod init".');`;
    expect(errorsOf('x.ts', source).map(({ message, next }) => [message, next])).toEqual([
      ['<file>: <key>: is missing', 'Add it.'],
      ['<file> has no module directive', 'Run "go mod init".'],
    ]);
  });
});

describe('errorsPage', () => {
  it('errorsPage groups messages by topic', () => {
    const file = 'packages/cluster/src/connect/connect.ts';
    const page = errorsPage([{ file, culprit: 'configuration', message: 'no | pipe', next: 'Use <x>.' }]);
    expect(page).toContain('## Kubeconfig, context and credentials\n');
    expect(page).toContain('| `no \\| pipe` | Use &lt;x>. |');
  });
});

describe('docs/errors.md and docs/architecture.md', () => {
  it('docs/errors.md and docs/architecture.md are up to date: npm run docs writes them', () => {
    execFileSync(process.execPath, ['tools/docs/generate-from-sources.mjs', '--check'], { cwd: root });
  });
});

describe('docs/troubleshooting.md', () => {
  const sources = ['cluster', 'executors', 'plugin'].flatMap((name) => {
    const folder = join(root, 'packages', name, 'src');
    const files = readdirSync(folder, { recursive: true }).map(String);
    return files
      .filter((file) => /\.ts$/.test(file) && !/\.(spec|fixture|d)\.ts$/.test(file))
      .map((file) => readFileSync(join(folder, file), 'utf8').replaceAll("\\'", "'"));
  });
  const page = readFileSync(join(root, 'docs/troubleshooting.md'), 'utf8');
  // Headings, and messages that a list or a text quotes in the same form.
  const headings = [...page.matchAll(/^### (.*`.*)$/gm)].flatMap(([, heading]) => heading!.match(/`[^`]+`/g)!);
  const items = [...page.matchAll(/^- (`its server [^`]+`)/gm)].map(([, item]) => item!);
  const quoted = [...headings, ...items].map((text) => text.slice(1, -1)).filter((text) => text !== 'project.json');

  it.each(quoted)('docs/troubleshooting.md quotes a message that the sources still have: %s', (message) => {
    const parts = message.split(/<[^>]*>/).map((part) => part.replaceAll(/^[\s:"]+|[\s:"]+$/g, ''));
    const has = (source: string) => parts.every((part) => source.includes(part));
    expect(sources.some(has)).toBe(true);
  });
});
