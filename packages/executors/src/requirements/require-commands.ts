import { NxKubeError } from '@nx-kube/cluster';
import { inspectTool, isUsable, type Inspected } from './inspect.js';
import type { Need } from './needs.js';
import { tools, type ToolName } from './tools.js';
import { VersionCache } from './version-cache.js';

export interface CheckOptions {
  /** Folder for what may be deleted at any time; versions are kept in it. */
  stateDirectory: string;
  signal?: AbortSignal;
}

/** A tool that is needed, by whom, and what there is of it. */
export interface ToolCheck {
  tool: ToolName;
  by: string[];
  /** The only program that will do. */
  program?: string;
  /** Undefined where there is none. */
  found?: Inspected;
}

/**
 * Checks that the tools are there, run, and are new enough; several needs of one tool are one check. All at once.
 *
 * @throws NxKubeError (configuration) that lists every tool that is not: who needs it, what there is, how to get it
 */
export async function requireCommands(needs: readonly Need[], options: CheckOptions): Promise<ToolCheck[]> {
  const checks = await inspectNeeds(needs, options);
  const failing = checks.filter(({ found }) => !found || !isUsable(found));
  if (!failing.length) return checks;
  const lines = failing.map(
    (check) => `  ${problemOf(check)}; needed by ${check.by.join(' and ')}\n    → ${tools[check.tool].get}`,
  );
  const count = failing.length === 1 ? '1 required command is' : `${failing.length} required commands are`;
  throw new NxKubeError('configuration', [`${count} missing or too old:`, ...lines].join('\n'), {
    next: 'Then run again. The target doctor shows the whole picture.',
  });
}

/** What there is of each tool that is needed; failures are data. */
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

/** What is wrong with a tool, as the beginning of a sentence; undefined where nothing is. Pure. */
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
