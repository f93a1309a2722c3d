import { NxKubeError } from '@nx-kube/cluster';
import { inspectTool, isUsable, type Inspected } from './inspect.js';
import type { Need } from './needs.js';
import { tools, type ToolName } from './tools.js';
import { VersionCache } from './version-cache.js';

export interface CheckOptions {
  /** Folder for files that may be deleted at any time. It holds the cached versions. */
  stateDirectory: string;
  signal?: AbortSignal;
}

/** A required tool, its users and the found program. */
export interface ToolCheck {
  tool: ToolName;
  /** Targets that need the tool. */
  by: string[];
  /** The only program that may be used. Default: any of the tool. */
  /** The only program that will do. */
  program?: string;
  /** The program to use. Absent when none is found. */
  found?: Inspected;
}

/**
 * Checks that all tools are installed, run and are new enough. Several needs of one tool are one check. All checks run
 * at once.
 *
 * @throws NxKubeError (configuration) that lists each failing tool: its users, the found program, how to install it
 */
export async function requireCommands(needs: readonly Need[], options: CheckOptions): Promise<ToolCheck[]> {
  const checks = await inspectNeeds(needs, options);
  const failing = checks.filter(({ found }) => !found || !isUsable(found));
  if (!failing.length) return checks;
  const lines = failing.map(
    (check) => `  ${problemOf(check)}; needed by ${check.by.join(' and ')}.\n    → ${tools[check.tool].get}`,
  );
  const count = failing.length === 1 ? '1 required command is' : `${failing.length} required commands are`;
  throw new NxKubeError('configuration', [`${count} missing or too old:`, ...lines].join('\n'), {
    next: 'Then run again. Run the target doctor to see all requirements.',
  });
}

/** Inspects the required tools. A failing tool is part of the result, not thrown. */
export async function inspectNeeds(
  needs: readonly Need[],
  { stateDirectory, signal }: CheckOptions,
): Promise<ToolCheck[]> {
  const cache = new VersionCache(stateDirectory);
  const grouped = new Map<string, ToolCheck>();
  for (const { tool, by, program } of needs) {
    const key = `${tool} ${program ?? ''}`;
    const check = grouped.get(key) ?? { tool, by: [], ...(program && { program }) };
    grouped.set(key, check);
    if (!check.by.includes(by)) check.by.push(by);
  }
  const checks = await Promise.all(
    [...grouped.values()].map(async (check) => ({
      ...check,
      found: await inspectTool(check.tool, { cache, program: check.program, signal }),
    })),
  );
  await cache.save();
  return checks;
}

/** The problem of a tool, as the beginning of a sentence. Returns undefined when there is none. Pure. */
export function problemOf({ tool, program, found }: ToolCheck): string | undefined {
  if (!found) return `${program ?? tools[tool].title} is not on PATH${floorOf(tool, program)}`;
  if (found.state === 'too-old') {
    return `${found.program} ${found.version} (${found.path}) is too old: at least ${found.floor} is needed`;
  }
  if (found.state === 'broken') return `${found.path || found.program} does not run: ${found.reason}`;
  return undefined;
}

function floorOf(tool: ToolName, program?: string): string {
  const { programs } = tools[tool];
  const floors = programs
    .filter(({ name }) => !program || name === program)
    .map(({ name, floor }) => `${name} ${floor}`);
  return ` (at least ${floors.join(' or ')})`;
}
