import type { Controller } from './find-controller.js';

/** The properties of a project that decide its name. */
export interface Nameable {
  /** Relative to the workspace root; `.` for the root itself. */
  root: string;
  /** Path of the Go module. */
  module: string;
  /** `projectName` of kubebuilder's PROJECT file. */
  projectName?: string;
  /** `name` of project.json, which wins over an inferred name. */
  configuredName?: string;
  controller?: Controller;
}

/**
 * Names each project, in order: the configured name, else `projectName`, else the last element of the module's path
 * without its major version.
 *
 * One of several equal names is kept: the configured one, else that of the workspace root, else that of the only
 * controller. The other projects get the name of their directory (`tools/lint` → `tools-lint`). Pure.
 */
export function projectNames(projects: Nameable[]): string[] {
  const wanted = projects.map(
    ({ configuredName, projectName, module }) => configuredName ?? projectName ?? shortName(module),
  );
  return projects.map((project, i) => {
    const rivals = projects.filter((_, j) => wanted[j] === wanted[i]);
    return project.configuredName || rivals.length < 2 || keeper(rivals) === project
      ? wanted[i]!
      : directoryName(project.root, wanted[i]!);
  });
}

function keeper(rivals: Nameable[]): Nameable | undefined {
  const controllers = rivals.filter(({ controller }) => controller);
  return (
    rivals.find(({ configuredName }) => configuredName) ??
    rivals.find(({ root }) => root === '.') ??
    (controllers.length === 1 ? controllers[0] : undefined)
  );
}

function directoryName(root: string, wanted: string): string {
  return root === '.' ? `${wanted}-root` : root.replaceAll('/', '-');
}

/** The short name of a module: `example.com/team/ocm-controller/v2` → `ocm-controller`, `gopkg.in/yaml.v3` → `yaml`. */
function shortName(module: string): string {
  const elements = module.split('/');
  if (elements.length > 1 && /^v\d+$/.test(elements.at(-1)!)) elements.pop();
  return elements.at(-1)!.replace(/\.v\d+$/, '');
}
