import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ComponentName } from '../config/component.js';
import type { Layout } from '../config/layout.js';
import { isAlive, type ProcessIdentity } from './process-identity.js';

/** The record of a component's process. Each component has one file. */
export interface ProcessRecord extends ProcessIdentity {
  /** Digest of the program, arguments and files that the process was started with. */
  digest: string;
  /** Start time (ms since the epoch). */
  startedAt: number;
}

const recordFile = (layout: Layout, name: ComponentName) => join(layout.processes, `${name}.json`);

/**
 * Returns the record of a running component. Returns undefined if the component does not run, even if a file exists.
 */
export function runningProcess(layout: Layout, name: ComponentName): ProcessRecord | undefined {
  let record: ProcessRecord;
  try {
    record = JSON.parse(readFileSync(recordFile(layout, name), 'utf8')) as ProcessRecord;
  } catch {
    return undefined;
  }
  return isAlive(record) ? record : undefined;
}

/** True when at least one component was started and not taken down since, whether or not it still runs. */
export function anyRecord(layout: Layout): boolean {
  try {
    return readdirSync(layout.processes).some((file) => file.endsWith('.json'));
  } catch {
    return false;
  }
}

export function writeRecord(layout: Layout, name: ComponentName, record: ProcessRecord): void {
  mkdirSync(layout.processes, { recursive: true });
  const temporary = `${recordFile(layout, name)}.new`;
  writeFileSync(temporary, JSON.stringify(record));
  renameSync(temporary, recordFile(layout, name));
}

export function removeRecord(layout: Layout, name: ComponentName): void {
  rmSync(recordFile(layout, name), { force: true });
}
