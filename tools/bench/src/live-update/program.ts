import { fileURLToPath } from 'node:url';
import { execa } from 'execa';

const sources = fileURLToPath(new URL('../../live-update', import.meta.url));

/** Builds the static program that unpacks and restarts in the pod. */
export async function buildProgram(output: string, goarch: string | undefined, signal?: AbortSignal): Promise<void> {
  await execa('go', ['build', '-trimpath', '-buildvcs=false', '-o', output, '.'], {
    cwd: sources,
    env: { CGO_ENABLED: '0', GOOS: 'linux', GOWORK: 'off', ...(goarch && { GOARCH: goarch }) },
    cancelSignal: signal,
  });
}
