import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { NxKubeError, parseManifests, type KubeObject } from '@nx-kube/cluster';
import { runCommand } from '../process/run.js';
import { withTemporaryFolder } from '../process/temporary.js';
import { findKustomize } from './find-kustomize.js';
import { formatManifests } from './format-manifests.js';
import { readMessages } from './messages.js';

/** A selector of `patches` in a kustomization. Kinds, names and so on are regular expressions for the whole value. */
export interface Selector {
  group?: string;
  version?: string;
  kind?: string;
  name?: string;
  namespace?: string;
  labelSelector?: string;
  annotationSelector?: string;
}

/**
 * Finds the objects that kustomize selects. kustomize sees only what the selector can ask for.
 *
 * @param field name of the selector's field, for messages
 * @throws NxKubeError (configuration) with the message of kustomize when the selector is not valid
 */
export async function selectObjects(
  objects: readonly KubeObject[],
  selector: Selector,
  field: string,
): Promise<KubeObject[]> {
  const heads = objects.map(({ apiVersion, kind, metadata: { name, namespace, labels, annotations } }) => ({
    apiVersion,
    kind,
    metadata: {
      ...{ name, namespace },
      ...(selector.labelSelector && { labels }),
      ...(selector.annotationSelector && { annotations }),
    },
  }));
  const mark = { metadata: { annotations: { [marker]: 'true' } } };
  const marked = await patchWithKustomize(plain(heads), { selector, merge: mark, field });
  const selected = new Set(marked.filter(({ metadata }) => metadata.annotations?.[marker]).map(identity));
  return objects.filter((object) => selected.has(identity(object)));
}

/**
 * Merges a strategic merge patch into all of these objects.
 *
 * @param field name of the patch's field, for messages
 * @returns for each object its patched form; undefined when the patch deletes the object
 * @throws NxKubeError (configuration) with the message of kustomize when the patch is not valid
 */
export async function mergeIntoObjects(
  objects: readonly KubeObject[],
  merge: Record<string, unknown>,
  field: string,
): Promise<(KubeObject | undefined)[]> {
  const result = await patchWithKustomize(objects, { selector: {}, merge, field });
  const patched = new Map(result.map((object) => [identity(object), object]));
  return objects.map((object) => patched.get(identity(object)));
}

const marker = 'nx-kube.dev/selected';

/** What the patch says of itself. kustomize needs it, and ignores it where a patch has a target. */
const head = { apiVersion: 'nx-kube.dev/v1', kind: 'Patch' };

async function patchWithKustomize(
  objects: readonly KubeObject[],
  { selector, merge, field }: { selector: Selector; merge: Record<string, unknown>; field: string },
): Promise<KubeObject[]> {
  const { command, args } = await findKustomize();
  const patch = { ...head, ...merge, metadata: { name: 'patch', ...(merge['metadata'] as object) } };
  const kustomization = {
    resources: ['objects.yaml'],
    // kustomize selects nothing with an empty target.
    patches: [{ target: { name: '.*', ...selector }, patch: JSON.stringify(patch) }],
  };
  return await withTemporaryFolder('patch', async (folder) => {
    await writeFile(join(folder, 'objects.yaml'), formatManifests(objects));
    await writeFile(join(folder, 'kustomization.yaml'), JSON.stringify(kustomization));
    const { exitCode, stdout, stderr } = await runCommand(command, [...args, folder]);
    if (exitCode === 0) return parseManifests(stdout, 'patched objects');
    throw new NxKubeError('configuration', `"${field}" is refused by kustomize: ${reasonOf(stderr)}.`, {
      next: `Correct ${field}.`,
    });
  });
}

/** The first line of the error: some builds of kustomize print it twice. */
function reasonOf(stderr: string): string {
  return readMessages(stderr).error.split('\n')[0]!.replace(/\.$/, '');
}

function identity({ apiVersion, kind, metadata: { name, namespace } }: KubeObject): string {
  return [apiVersion, kind, namespace ?? '', name].join(' ');
}

/** Removes undefined fields, which YAML cannot write. */
function plain<T>(value: T): T {
  return JSON.parse(JSON.stringify(value)) as T;
}
