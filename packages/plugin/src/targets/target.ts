import type { TargetConfiguration } from '@nx/devkit';

/** Stands for the installed @nx-kube/executors in the graph. (Its npm node is there only where a lock file says so.) */
export const executorsNode = 'nx-kube:executors';

export const technologies = ['go', 'kubernetes'];

/** Makes another version of the executors make everything again: it may make something else of the same inputs. */
export const toolVersion = { externalDependencies: [executorsNode] };

/** What every inferred target has to say of itself, for `nx show project` and editors. */
export function metadata(
  description: string,
  command: string,
  example: Record<string, unknown>,
  tools: string[] = technologies,
): TargetConfiguration['metadata'] {
  return { description, technologies: tools, help: { command, example } };
}

/** The executor's help page. */
export function executorHelp(project: string, target: string): string {
  return `npx nx run ${project}:${target} --help`;
}
