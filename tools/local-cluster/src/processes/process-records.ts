import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ComponentName } from '../config/component.js';
import type { Layout } from '../config/layout.js';
import { isAlive, type ProcessIdentity } from './process-identity.js';

/** What is remembered of a component's process, in one file each. */
export interface ProcessRecord extends ProcessIdentity {
  /** Digest of program, arguments and files that it was started with. */
  digest: string;
  /** Milliseconds since the epoch. */
  startedAt: number;
}

const recordFile = (layout: Layout, name: ComponentName) => join(layout.processes, `${name}.json`);

/** The record of a component that is running; undefined when it is not, whatever is on disk. */
export function runningProcess(layout: Layout, name: ComponentName): ProcessRecord | undefined {
  let record: ProcessRecord;
  try {
    record = JSON.parse(readFileSync(recordFile(layout, name), 'utf8')) as ProcessRecord;
  } catch {
    return undefined;
  }
  return isAlive(record) ? record : undefined;
}

/** True when some component was started and not yet taken down, alive or not. */
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
