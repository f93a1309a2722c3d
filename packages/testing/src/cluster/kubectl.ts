import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { execa } from 'execa';

/**
 * Runs kubectl with ApplySets enabled; for the embedded cluster, the kubectl that it brings.
 *
 * @param cwd folder that paths in `args` are relative to. Default: this process's
 * @returns stdout
 */
export async function kubectl(args: readonly string[], input = '', { cwd }: { cwd?: string } = {}): Promise<string> {
  const bundled = join(dirname(process.env.KUBECONFIG ?? ''), 'bin', 'kubectl');
  const program = existsSync(bundled) ? bundled : 'kubectl';
  const { stdout } = await execa(program, args, { input, cwd, env: { KUBECTL_APPLYSET: 'true' } });
  return stdout;
}
