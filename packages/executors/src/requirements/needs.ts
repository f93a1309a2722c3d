import type { ToolName } from './tools.js';

/** A tool that an enabled part cannot do without. */
export interface Need {
  tool: ToolName;
  /** The target and, where only some of its options need the tool, which: `image-build (dockerfile)`. */
  by: string;
  /** The only program of the tool that will do. Default: any. */
  program?: string;
}

/** Those that are not enabled are not rendered. */
type Components = Readonly<Record<string, { enabled?: boolean }>>;

/** What is asked of targets, by their options; a part that is absent is not enabled. */
export interface EnabledParts {
  goBuild?: { target: string };
  kustomizeBuild?: { target: string; enableHelm?: boolean };
  imageBuild?: { target: string; dockerfile?: string; baseImage?: string; builder?: string };
  kustomizeApply?: { target: string; helm?: readonly unknown[]; components?: Components };
  flux?: readonly { target: string }[];
}

/** The tools that enabled parts need, and which part needs each. Pure. */
export function needsOf({ goBuild, kustomizeBuild, imageBuild, kustomizeApply, flux = [] }: EnabledParts): Need[] {
  const needs: Need[] = [];
  if (goBuild) needs.push({ tool: 'go', by: goBuild.target });
  if (kustomizeBuild) needs.push({ tool: 'kustomize', by: kustomizeBuild.target });
  if (kustomizeBuild?.enableHelm) needs.push({ tool: 'helm', by: `${kustomizeBuild.target} (enableHelm)` });
  if (imageBuild) {
    const { target, dockerfile, baseImage = 'scratch', builder } = imageBuild;
    const option = dockerfile ? 'dockerfile' : baseImage !== 'scratch' ? 'baseImage' : undefined;
    if (option) needs.push({ tool: 'builder', by: `${target} (${option})`, ...(builder && { program: builder }) });
  }
  if (kustomizeApply?.helm?.length) needs.push({ tool: 'helm', by: `${kustomizeApply.target} (helm)` });
  if (Object.values(kustomizeApply?.components ?? {}).some(({ enabled = true }) => enabled)) {
    needs.push({ tool: 'kustomize', by: `${kustomizeApply!.target} (components)` });
  }
  for (const { target } of flux) needs.push({ tool: 'flux', by: target });
  return needs;
}
