import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { describe, expect, it } from 'vitest';

const cli = (...args: string[]) =>
  execa(
    process.execPath,
    [
      '--conditions=@nx-kube/source',
      '--import',
      'tsx',
      fileURLToPath(new URL('../../cli.ts', import.meta.url)),
      ...args,
    ],
    {
      env: { NX_KUBE_LOCAL_CLUSTER_HOME: '/nonexistent/home' },
      reject: false,
    },
  );

describe('local-cluster cli', () => {
  it('`kubeconfig` prints the path of the kubeconfig', async () => {
    expect(await cli('kubeconfig')).toMatchObject({ exitCode: 0, stdout: '/nonexistent/home/kubeconfig' });
  });

  it('`env` prints shell commands that work', async () => {
    const { stdout } = await cli('env');
    const shell = await execa('sh', ['-c', `${stdout}; echo "$KUBECONFIG|$PATH"`], { env: { PATH: '/bin' } });
    expect(shell.stdout).toBe('/nonexistent/home/kubeconfig|/nonexistent/home/bin:/bin');
  });

  it('`status` prints what runs and exits with 1 unless everything runs', async () => {
    const { exitCode, stdout } = await cli('status', '--output', 'json');
    expect(exitCode).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({
      running: false,
      context: 'nx-kube-local',
      registry: 'localhost:5001',
      components: expect.arrayContaining([{ name: 'etcd', state: 'not running' }]),
    });
  });

  it('`down` succeeds when there is no cluster', async () => {
    expect(await cli('down')).toMatchObject({ exitCode: 0, stdout: 'There is no cluster.' });
  });

  it.each([
    [['fly'], '"fly" is not a command.'],
    [[], 'The command is missing.'],
    [['stop', 'etdc'], '"etdc" is not a component.\n  → Choose one of: etcd, kube-apiserver'],
    [['stop'], 'The component is missing.'],
    [['up', '--fast'], "Unknown option '--fast'"],
    [['status', '--output', 'xml'], '--output: "xml" is not a known format.'],
  ])('the command line %j is refused', async (args, message) => {
    const { exitCode, stderr } = await cli(...args);
    expect(exitCode).toBe(1);
    expect(stderr).toContain(message);
    expect(stderr).not.toContain('    at ');
  });
});
