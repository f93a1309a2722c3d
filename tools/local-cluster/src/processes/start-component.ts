import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { closeSync, existsSync, mkdirSync, openSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { dirname, join } from 'node:path';
import { waitUntil } from '@nx-kube/cluster/abort/wait-until.js';
import { NxKubeError } from '@nx-kube/cluster/errors.js';
import type { Component, ComponentName } from '../config/component.js';
import type { Layout } from '../config/layout.js';
import { duration, type Progress } from '../config/progress.js';
import { isReady } from './probe.js';
import { identify } from './process-identity.js';
import { runningProcess, writeRecord } from './process-records.js';
import { lastLines, PATH } from './run-program.js';
import { stopProcesses } from './stop-processes.js';
import { OWNER_VARIABLE } from './stray-processes.js';

/** How long (ms) a component may take to become ready after its start. Machines without a free core are slow. */
const START_TIMEOUT = 120_000;
/** How long (ms) a running component may take to answer before it counts as hung and is restarted. */
const ANSWER_TIMEOUT = 10_000;
const PROBE_INTERVAL = 50;
const LOG_LINES_QUOTED = 12;
/** Size (bytes) from which a log is moved aside at the component's start. */
const LOG_LIMIT = 20_000_000;

export interface StartContext {
  layout: Layout;
  /** Digest of the built programs. A component is restarted when it changes. */
  buildDigest: string;
  signal: AbortSignal;
  progress: Progress;
}

/** Digest of everything that determines the component's behaviour. */
export function componentDigest(component: Component, buildDigest: string): string {
  const { program, args, files } = component;
  return createHash('sha256')
    .update(JSON.stringify([program, args, files, buildDigest]))
    .digest('hex');
}

/**
 * Makes the component run as described, and resolves when it is ready. A running component is left alone if it answers
 * and was started from the same description. Readiness is polled, because components cannot report it.
 */
export async function ensureRunning(component: Component, context: StartContext): Promise<'running' | 'started'> {
  const { layout, signal, progress } = context;
  const digest = componentDigest(component, context.buildDigest);
  const running = runningProcess(layout, component.name);
  if (running) {
    if (running.digest === digest && (await becomesReady(component, layout, signal, ANSWER_TIMEOUT)) === 'ready') {
      return 'running';
    }
    signal.throwIfAborted();
    progress(`${component.name} ${running.digest === digest ? 'does not answer' : 'has changed'}: restarting it.`);
    await stopProcesses([running]);
  }
  const begun = Date.now();
  await requireFreePorts(component);
  await start(component, layout, digest);
  const outcome = await becomesReady(component, layout, signal, START_TIMEOUT);
  signal.throwIfAborted();
  if (outcome !== 'ready') {
    throw new NxKubeError(
      'cluster',
      `${component.name} ${outcome === 'exited' ? 'exited' : `was not ready after ${duration(START_TIMEOUT)}`}; its last lines:\n${quoteLog(layout, component.name)}`,
      { next: `See ${logFile(layout, component.name)}. If it does not help, run \`down\` and \`up\`.` },
    );
  }
  progress(`${component.name} is ready after ${duration(Date.now() - begun)}.`);
  return 'started';
}

export const logFile = (layout: Layout, name: ComponentName) => join(layout.logs, `${name}.log`);

async function start(component: Component, layout: Layout, digest: string): Promise<void> {
  const log = logFile(layout, component.name);
  mkdirSync(layout.logs, { recursive: true });
  if (existsSync(log) && statSync(log).size > LOG_LIMIT) renameSync(log, `${log}.old`);
  const output = openSync(log, 'a', 0o600);
  writeFileSync(output, `--- ${new Date().toISOString()} ${component.program} ${component.args.join(' ')}\n`);
  try {
    // A session of its own: a Ctrl-C in the terminal or the end of this process must not reach it.
    const child = spawn(component.program, component.args, {
      detached: true,
      stdio: ['ignore', output, output],
      cwd: '/',
      env: { PATH, HOME: layout.data, [OWNER_VARIABLE]: layout.home },
    });
    await once(child, 'spawn');
    child.unref();
    const identity = child.pid === undefined ? undefined : identify(child.pid);
    if (identity) writeRecord(layout, component.name, { ...identity, digest, startedAt: Date.now() });
  } catch (error) {
    throw new NxKubeError('cluster', `${component.name} cannot be started: ${(error as Error).message}.`, {
      cause: error,
    });
  } finally {
    closeSync(output);
  }
}

async function becomesReady(component: Component, layout: Layout, signal: AbortSignal, timeout: number) {
  const deadline = Date.now() + timeout;
  while (Date.now() < deadline && !signal.aborted) {
    if (!runningProcess(layout, component.name)) return 'exited';
    if (await isReady(component.probe, layout.pki, signal)) return 'ready';
    await waitUntil(signal, { ms: PROBE_INTERVAL });
  }
  return 'silent';
}

/**
 * Checks the ports first: the component's own error is buried in its log, and some components fall back to another
 * port.
 */
async function requireFreePorts(component: Component): Promise<void> {
  for (const { host, port } of component.listens) {
    const server = createServer();
    try {
      server.listen({ host, port, exclusive: true });
      await once(server, 'listening');
      server.close();
      await once(server, 'close');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error;
      throw new NxKubeError('cluster', `${component.name} cannot start: another program listens on ${host}:${port}.`, {
        next: `Stop that program (find it with \`ss -tlnp sport = :${port}\`), or use any other cluster.`,
        cause: error,
      });
    }
  }
}

/** Writes the configuration files whose content differs. */
export function writeFiles(files: Record<string, string>): void {
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    if (existsSync(path) && readFileSync(path, 'utf8') === content) continue;
    writeFileSync(path, content, { mode: 0o600 });
  }
}

export function quoteLog(layout: Layout, name: ComponentName): string {
  try {
    return lastLines(readFileSync(logFile(layout, name), 'utf8'), LOG_LINES_QUOTED).replace(/^/gm, '  | ');
  } catch {
    return '  (no log)';
  }
}
