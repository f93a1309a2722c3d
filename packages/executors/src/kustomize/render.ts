import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { explain, NxKubeError, parseManifests, type KubeObject } from '@nx-kube/cluster';
import type { Outcome } from '../process/outcome.js';
import { runCommand } from '../process/run.js';
import { findKustomize } from './find-kustomize.js';
import { formatManifests } from './format-manifests.js';
import { kustomizationNames } from './kustomization-files.js';
import { readMessages } from './messages.js';
import { writeIfChanged } from './write-if-changed.js';

/** A kustomization and its output. Paths are absolute. */
export interface Render {
  /** Folder with a `kustomization.yaml`. */
  path: string;
  /** The YAML file to write. */
  output: string;
  /** Whether kustomize may run helm for `helmCharts`. Default: false. */
  enableHelm?: boolean;
  /**
   * Whether files outside of the kustomization's folder are allowed. Default: kustomize's, `LoadRestrictionsRootOnly`.
   */
  loadRestrictor?: 'LoadRestrictionsRootOnly' | 'LoadRestrictionsNone';
}

/** Result of rendering. On failure `diagnostics` is the path of the file and the message of kustomize. */
export type RenderResult = Outcome<{
  path: string;
  objects: KubeObject[];
  /** False when the file already had this content; then it was not touched. */
  changed: boolean;
  /** Warnings of kustomize. */
  warnings: string[];
}>;

/**
 * Renders a kustomization to one sorted file: the same objects give the same bytes with any version of kustomize.
 *
 * @throws NxKubeError (configuration) when there is no kustomize or no kustomization
 */
export async function renderManifests(
  render: Render,
  { signal }: { signal?: AbortSignal } = {},
): Promise<RenderResult> {
  const { path, output, enableHelm, loadRestrictor } = render;
  const { command, args } = await findKustomize();
  const file = await kustomizationIn(path);
  const options = [
    ...(enableHelm ? ['--enable-helm'] : []),
    ...(loadRestrictor ? ['--load-restrictor', loadRestrictor] : []),
  ];
  const { exitCode, cancelled, stdout, stderr, ms } = await runCommand(command, [...args, ...options, path], {
    signal,
  });
  const { warnings, error } = readMessages(stderr);
  if (cancelled) return { ok: false, cancelled: true, ms };
  if (exitCode !== 0) return { ok: false, cancelled: false, diagnostics: `${file}: ${error}`, ms };

  let objects: KubeObject[];
  try {
    objects = parseManifests(stdout, `rendered ${file}`);
  } catch (problem) {
    if (!(problem instanceof NxKubeError)) throw problem;
    return { ok: false, cancelled: false, diagnostics: explain(problem), ms };
  }
  const changed = await writeIfChanged(output, formatManifests(objects));
  return { ok: true, path: output, objects, changed, warnings, ms };
}

async function kustomizationIn(folder: string): Promise<string> {
  for (const name of kustomizationNames) {
    const file = join(folder, name);
    if (await stat(file).catch(() => undefined)) return file;
  }
  throw new NxKubeError('configuration', `${folder} has no kustomization.yaml.`, {
    next: 'Set the option "path" to the folder of the kustomization to render.',
  });
}
