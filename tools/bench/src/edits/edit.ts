import { readdirSync, readFileSync } from 'node:fs';
import { posix } from 'node:path';
import {
  addCommentLine,
  addStatement,
  changeComment,
  changeString,
  exportedFunction,
  packageOf,
  proseConstant,
  reconcileMethod,
  typeFile,
} from './go-source.js';
import type { Kind } from './kinds.js';
import { configMap, objectFile } from './manifests.js';
import { NxKubeError } from '@nx-kube/cluster';
import type { Workspace } from '@nx-kube/testing/e2e/workspace.js';

/** One save of one file, the same in every copy of the workspace. */
export interface Edit {
  kind: Kind;
  /** Number of the edit, from 0, unique within a run. */
  number: number;
  /** Path relative to the workspace root. */
  path: string;
  /** Returns the file's new content. `before` is `undefined` for a new file. */
  change(before: string | undefined): string;
}

/** The files that edits change, relative to the workspace root. */
export interface EditedFiles {
  project: string;
  /** The file of the reconciler. */
  reconciler: string;
  /** The package name of that file. */
  package: string;
  /** A file with a prose constant; undefined if there is none. */
  prose?: string;
  /** A file of a shared module; undefined if the project has none. */
  shared?: string;
}

/**
 * Chooses the files of a project that edits change.
 *
 * @throws NxKubeError (configuration) if the project has no reconciler
 */
export function findEditedFiles(workspace: Workspace, project: string): EditedFiles {
  const own = goFiles(workspace, project);
  const reconciler = own.find((path) => reconcileMethod.test(workspace.read(path)));
  if (!reconciler) {
    throw new NxKubeError('configuration', `${project} has no Go file with a Reconcile method to edit.`, {
      next: 'Choose another project.',
    });
  }
  const folder = posix.dirname(reconciler);
  const nearFirst = [...own].sort((a, b) => Number(posix.dirname(b) === folder) - Number(posix.dirname(a) === folder));
  return {
    project,
    reconciler,
    package: packageOf(workspace.read(reconciler)),
    prose: nearFirst.find((path) => proseConstant.test(workspace.read(path))),
    shared: replacedModules(workspace.read(`${project}/go.mod`))
      .flatMap((module) => goFiles(workspace, posix.join(project, module)))
      .find((path) => exportedFunction.test(workspace.read(path))),
  };
}

/**
 * Returns the edit of a kind. Pure.
 *
 * @throws NxKubeError (configuration) if the project has no file for this kind
 */
export function editOf(kind: Kind, number: number, files: EditedFiles): Edit {
  const of = (path: string | undefined, change: (before: string) => string): Edit => {
    if (path) return { kind, number, path, change: (before) => change(before ?? '') };
    throw new NxKubeError('configuration', `${files.project} has no file for edits of kind "${kind}".`, {
      next: `Leave the kind "${kind}" out with --kinds.`,
    });
  };
  const { project, reconciler, prose, shared } = files;
  switch (kind) {
    case 'comment':
      return of(reconciler, (before) => changeComment(before, number));
    case 'comment-line':
      return of(reconciler, (before) => addCommentLine(before, number, reconcileMethod));
    case 'string':
      return of(prose, (before) => changeString(before, number));
    case 'statement':
      return of(reconciler, (before) => addStatement(before, number, reconcileMethod));
    case 'type':
      return of(posix.join(posix.dirname(reconciler), `bench_${number}.go`), () => typeFile(files.package, number));
    case 'shared':
      return of(shared, (before) => addStatement(before, number, exportedFunction));
    case 'manifest':
      return of(`${project}/config/default/${objectFile}`, () => configMap(number));
  }
}

/** Returns the folders of modules that a go.mod replaces by paths, relative to the go.mod. Pure. */
export function replacedModules(goMod: string): string[] {
  return [...goMod.matchAll(/=>\s*(\.{1,2}\/\S+)\s*$/gm)].map(([, path]) => path!);
}

/** Returns the hand-written Go files of a folder, without tests and generated files. */
function goFiles(workspace: Workspace, folder: string): string[] {
  return readdirSync(workspace.path(folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.go') && !name.endsWith('_test.go') && !posix.basename(name).startsWith('zz_'))
    .sort()
    .map((name) => posix.join(folder, name));
}

/** Writes the edit into a copy of the workspace. */
export function save(workspace: Workspace, { path, change }: Edit): void {
  workspace.write(path, change(existing(workspace.path(path))));
}

function existing(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}
