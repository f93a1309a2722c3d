import { cp, mkdir, mkdtemp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { basename, delimiter, join } from 'node:path';
import { execa } from 'execa';
import { realKustomize } from '../kustomize/kustomize.fixture.js';
import { findCommand } from '../process/find.js';

export const fluxVersion = '2.9.5';
/** Controllers whose Go modules are on any Go module proxy. The CLI's own default has more. */
export const fluxComponents = ['source-controller', 'kustomize-controller', 'helm-controller'];

/**
 * Returns a PATH that begins with a real flux CLI. The CLI is built once from its Go module, outside of the work tree.
 *
 * The module lacks the manifests that a release of the CLI embeds: its makefile renders them from releases on GitHub.
 * Here the same kustomizations render them from the Go modules of the controllers.
 */
export async function pathWithFlux(): Promise<string> {
  const cache = join(process.env['XDG_CACHE_HOME'] || join(homedir(), '.cache'), 'nx-kube', 'test-tools');
  const bin = join(cache, `flux-v${fluxVersion}`);
  if (!(await findCommand(join(bin, 'flux')))) {
    await mkdir(cache, { recursive: true });
    const folder = await mkdtemp(`${bin}-`);
    try {
      const source = join(folder, 'source');
      await cp(await moduleFolder(`github.com/fluxcd/flux2/v2@v${fluxVersion}`), source, { recursive: true });
      await execa('chmod', ['-R', 'u+w', source]);
      await renderManifests(source);
      const ldflags = `-s -w -X main.VERSION=${fluxVersion}`;
      const program = join(folder, 'bin', 'flux');
      await execa('go', ['build', '-buildvcs=false', '-ldflags', ldflags, '-o', program, './cmd/flux'], {
        cwd: source,
        env: { CGO_ENABLED: '0', GOFLAGS: '' },
      });
      await rename(join(folder, 'bin'), bin).catch(async (error: unknown) => {
        // Race: another run may have put the folder in place first.
        if (!(await findCommand(join(bin, 'flux')))) throw error;
      });
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  }
  return [bin, process.env['PATH']].join(delimiter);
}

/** Does what `make` does in the CLI's repository (manifests/scripts/bundle.sh). */
async function renderManifests(source: string): Promise<void> {
  const { KUSTOMIZE } = await realKustomize();
  const render = async (folder: string, output: string) => {
    const [command, ...args] = KUSTOMIZE
      ? [KUSTOMIZE, 'build']
      : (await findCommand('kustomize'))
        ? ['kustomize', 'build']
        : ['kubectl', 'kustomize'];
    await writeFile(output, (await execa(command!, [...args, folder])).stdout);
  };
  const output = join(source, 'cmd', 'flux', 'manifests');
  await mkdir(output);
  for (const component of fluxComponents) {
    const folder = join(source, 'manifests', 'bases', component);
    const file = join(folder, 'kustomization.yaml');
    let text = await readFile(file, 'utf8');
    for (const [url, version, name] of text.matchAll(/https:\S+\/download\/([^/]+)\/(\S+)/g)) {
      const module = await moduleFolder(`github.com/fluxcd/${component}@${version}`);
      await render(join(module, 'config', name!.endsWith('.crds.yaml') ? 'crd' : 'manager'), join(folder, name!));
      text = text.replace(url, basename(url));
    }
    await writeFile(file, text);
    await render(folder, join(output, `${component}.yaml`));
  }
  for (const name of ['rbac', 'policies']) {
    await render(join(source, 'manifests', name), join(output, `${name}.yaml`));
  }
}

async function moduleFolder(module: string): Promise<string> {
  const { stdout } = await execa('go', ['mod', 'download', '-json', module], { env: { GOFLAGS: '' } });
  return (JSON.parse(stdout) as { Dir: string }).Dir;
}

/** Reads the CRDs of the real controllers, as one YAML text. */
export async function fluxDefinitions(): Promise<string> {
  const versions = { 'kustomize-controller': 'v1.9.5', 'helm-controller': 'v1.6.4' };
  const texts = await Promise.all(
    Object.entries(versions).map(async ([component, version]) => {
      const folder = join(await moduleFolder(`github.com/fluxcd/${component}@${version}`), 'config', 'crd', 'bases');
      const files = await readdir(folder);
      return await Promise.all(files.map((file) => readFile(join(folder, file), 'utf8')));
    }),
  );
  return texts.flat().join('\n---\n');
}
