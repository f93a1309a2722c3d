import type { TargetConfiguration } from '@nx/devkit';

/** External node for the installed @nx-kube/executors. Its npm node exists only with a lock file. */
export const executorsNode = 'nx-kube:executors';

export const technologies = ['go', 'kubernetes'];

/** Input that makes a new version of the executors run targets again, as its output may differ. */
export const toolVersion = { externalDependencies: [executorsNode] };

/** Metadata of an inferred target, for `nx show project` and editors. */
export function metadata(
  description: string,
  command: string,
  example: Record<string, unknown>,
  tools: string[] = technologies,
): TargetConfiguration['metadata'] {
  return { description, technologies: tools, help: { command, example } };
}

/** The command that shows the help of an executor. */
export function executorHelp(project: string, target: string): string {
  return `npx nx run ${project}:${target} --help`;
}
