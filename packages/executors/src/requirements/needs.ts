import type { ToolName } from './tools.js';

/** A tool that an enabled part requires. */
export interface Need {
  tool: ToolName;
  /** The target, and the option that needs the tool if only some do: `image-build (dockerfile)`. */
  by: string;
  /** The only program of the tool that may be used. Default: any. */
  program?: string;
}

/** Components by name. A component that is not enabled is not rendered. */
type Components = Readonly<Record<string, { enabled?: boolean }>>;

/** The relevant options of enabled targets. An absent part is not enabled. */
export interface EnabledParts {
  goBuild?: { target: string };
  kustomizeBuild?: { target: string; enableHelm?: boolean };
  imageBuild?: { target: string; dockerfile?: string; baseImage?: string; builder?: string };
  kustomizeApply?: {
    target: string;
    helm?: readonly unknown[];
    components?: Components;
    patches?: readonly unknown[];
  };
  flux?: readonly { target: string }[];
}

/** Lists the tools that the enabled parts require, and the part that requires each. Pure. */
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
  if (kustomizeApply?.patches?.length) needs.push({ tool: 'kustomize', by: `${kustomizeApply.target} (patches)` });
  for (const { target } of flux) needs.push({ tool: 'flux', by: target });
  return needs;
}
