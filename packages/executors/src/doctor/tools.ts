import { explain } from '@nx-kube/cluster';
import { findBuilder, type BuilderName } from '../image/build/builder.js';
import type { Need } from '../requirements/needs.js';
import { inspectNeeds, problemOf, type CheckOptions, type ToolCheck } from '../requirements/require-commands.js';
import { toolNames, tools } from '../requirements/tools.js';
import { clauseOf, fail, ok, warn, type Diagnosis } from './diagnosis.js';

/** Checks every tool that nx-kube can call. A missing tool is a failure only if a target of the project needs it. */
export async function diagnoseTools(needs: readonly Need[], options: CheckOptions): Promise<Diagnosis[]> {
  const unneeded = toolNames.filter((tool) => !needs.some((need) => need.tool === tool));
  const checks = await inspectNeeds([...needs, ...unneeded.map((tool) => ({ tool, by: '' }))], options);
  return await Promise.all(checks.map((check) => diagnose(check, options.signal)));
}

async function diagnose(check: ToolCheck, signal?: AbortSignal): Promise<Diagnosis> {
  const { tool, found } = check;
  const name = tool === 'builder' ? 'image builder' : tool;
  const by = check.by.filter(Boolean);
  const problem = problemOf(check);
  if (problem !== undefined) {
    if (!by.length) return ok(name, `${problem}; nothing here needs it`);
    return fail(name, `${problem}; needed by ${by.join(' and ')}`, tools[tool].get);
  }
  const { program, path } = found!;
  const use = by.length ? `for ${by.join(' and ')}` : 'not needed here';
  if (found!.state === 'unknown-version') {
    const message = `${program} (${path}) does not report its version, ${use}`;
    return warn(name, message, `Check that it is ${found!.floor} or newer.`);
  }
  if (tool === 'builder' && by.length) {
    const broken = await whyNotBuilding(check.program as BuilderName | undefined, signal);
    if (broken) return fail(name, `${broken}; needed by ${by.join(' and ')}`, tools.builder.get);
  }
  return ok(name, `${program} ${'version' in found! ? found!.version : ''} (${path}), ${use}`);
}

/** Returns why an installed builder cannot build, such as a missing daemon, machine or store; undefined if it can. */
async function whyNotBuilding(wanted: BuilderName | undefined, signal?: AbortSignal): Promise<string | undefined> {
  try {
    await findBuilder(wanted, signal);
    return undefined;
  } catch (error) {
    signal?.throwIfAborted();
    return clauseOf(explain(error));
  }
}
