import { explain } from '@nx-kube/cluster';
import { coerce, lt } from 'semver';
import { runCommand } from '../process/run.js';
import { findCandidates, type Candidate, type Program, type ToolName } from './tools.js';
import type { VersionCache } from './version-cache.js';

/** A found program and its state. */
export type Inspected = { program: string; path: string; floor: string } & (
  | { state: 'ok'; version: string }
  /** The program answers without a version, as a build from source does. It may be used. */
  | { state: 'unknown-version' }
  | { state: 'too-old'; version: string }
  | { state: 'broken'; reason: string }
);

export interface InspectOptions {
  cache: VersionCache;
  /** Name of the only program to inspect. Default: all programs of the tool. */
  program?: string;
  signal?: AbortSignal;
}

/** Time-out (ms) of asking a program for its version. */
const timeoutMs = 10_000;

/**
 * Inspects the programs of a tool, and chooses the one to use: the first that works and is new enough, else the first
 * found.
 *
 * @returns undefined when no program is found
 */
export async function inspectTool(name: ToolName, options: InspectOptions): Promise<Inspected | undefined> {
  const { program: wanted, ...rest } = options;
  let candidates: Candidate[];
  try {
    candidates = await findCandidates(name);
  } catch (error) {
    return { program: name, path: '', floor: '', state: 'broken', reason: explain(error) };
  }
  const eligible = candidates.filter(({ program }) => !wanted || program.name === wanted);
  const inspected = await Promise.all(eligible.map((candidate) => inspect(candidate, rest)));
  return inspected.find(isUsable) ?? inspected[0];
}

export function isUsable({ state }: Inspected): boolean {
  return state === 'ok' || state === 'unknown-version';
}

async function inspect({ program, path }: Candidate, { cache, signal }: InspectOptions): Promise<Inspected> {
  const { name, floor } = program;
  const kept = await cache.get(path);
  // Only a good version is taken from the cache: a shim stays the same when the program behind it changes.
  if (kept !== undefined && !lt(kept, floor)) return { program: name, path, floor, state: 'ok', version: kept };
  const answer = await ask(program, path, signal);
  if ('reason' in answer) return { program: name, path, floor, state: 'broken', reason: answer.reason };
  // Docker had versions such as 18.09.1, which semver does not accept.
  const version = coerce(answer.text.replace(/\.0+(?=\d)/g, '.'))?.version;
  if (!version) return { program: name, path, floor, state: 'unknown-version' };
  await cache.keep(path, version);
  return { program: name, path, floor, state: lt(version, floor) ? 'too-old' : 'ok', version };
}

async function ask(
  { versionArgs }: Program,
  path: string,
  outer?: AbortSignal,
): Promise<{ text: string } | { reason: string }> {
  const timeout = AbortSignal.timeout(timeoutMs);
  const signal = outer ? AbortSignal.any([outer, timeout]) : timeout;
  try {
    // Without this, go would download the version that the go.mod of the working directory names.
    const env = { GOTOOLCHAIN: 'local' };
    const { exitCode, stdout, stderr, cancelled } = await runCommand(path, versionArgs, { env, signal });
    outer?.throwIfAborted();
    if (cancelled) return { reason: `${versionArgs.join(' ')} did not answer within ${timeoutMs / 1000} s` };
    if (exitCode === 0) return { text: versionText(stdout) };
    return { reason: (stderr || stdout).trim().split('\n')[0] || `exit code ${exitCode}` };
  } catch (error) {
    outer?.throwIfAborted();
    return { reason: explain(error) };
  }
}

/** The version in a program's answer. The JSON of kubectl has other numbers before it. */
function versionText(stdout: string): string {
  return /"gitVersion":\s*"([^"]*)"/.exec(stdout)?.[1] ?? stdout;
}
