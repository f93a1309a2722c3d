import { explain } from '@nx-kube/cluster';
import { coerce, lt } from 'semver';
import { runCommand } from '../process/run.js';
import { findCandidates, type Candidate, type Program, type ToolName } from './tools.js';
import type { VersionCache } from './version-cache.js';

/** A program as it was found; all the states in which it can be. */
export type Inspected = { program: string; path: string; floor: string } & (
  | { state: 'ok'; version: string }
  /** It answers, but not with a version: a build from source. It is used. */
  | { state: 'unknown-version' }
  | { state: 'too-old'; version: string }
  | { state: 'broken'; reason: string }
);

export interface InspectOptions {
  cache: VersionCache;
  /** The only program of the tool to look at. */
  program?: string;
  signal?: AbortSignal;
}

/** No program takes so long to say its version, unless it hangs. */
const patienceMs = 10_000;

/**
 * The program that will be used for a tool: the first that works and is new enough, else the first that is there.
 * Undefined where there is none.
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
  // A refusal is never taken from the cache: behind an unchanged shim there may be another version by now.
  if (kept !== undefined && !lt(kept, floor)) return { program: name, path, floor, state: 'ok', version: kept };
  const answer = await ask(program, path, signal);
  if ('reason' in answer) return { program: name, path, floor, state: 'broken', reason: answer.reason };
  // Docker had versions such as 18.09.1, which are none to semver.
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
  const patience = AbortSignal.timeout(patienceMs);
  const signal = outer ? AbortSignal.any([outer, patience]) : patience;
  try {
    // Else go would fetch another version of itself, as the go.mod of the working directory asks for.
    const env = { GOTOOLCHAIN: 'local' };
    const { exitCode, stdout, stderr, cancelled } = await runCommand(path, versionArgs, { env, signal });
    outer?.throwIfAborted();
    if (cancelled) return { reason: `${versionArgs.join(' ')} did not answer within ${patienceMs / 1000} s` };
    if (exitCode === 0) return { text: versionText(stdout) };
    return { reason: (stderr || stdout).trim().split('\n')[0] || `exit code ${exitCode}` };
  } catch (error) {
    outer?.throwIfAborted();
    return { reason: explain(error) };
  }
}

/** kubectl's answer, in which the first number is not the version; others print theirs first. */
function versionText(stdout: string): string {
  return /"gitVersion":\s*"([^"]*)"/.exec(stdout)?.[1] ?? stdout;
}
