import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Layout } from '../config/layout.js';
import { bootId } from '../processes/process-identity.js';
import { runProgram } from '../processes/run-program.js';

/** Kernel settings that the cluster needs, as files below /proc/sys. */
const NEEDED: Record<string, string> = {
  'net/ipv4/ip_forward': '1',
  // Translates the answers to a pod that reaches itself or a neighbour through a Service.
  'net/bridge/bridge-nf-call-iptables': '1',
};

/** Settings that the kubelet changes itself. `down` restores them, too. */
const CHANGED_BY_KUBELET = [
  'vm/overcommit_memory',
  'vm/panic_on_oom',
  'kernel/panic',
  'kernel/panic_on_oops',
  'kernel/keys/root_maxkeys',
  'kernel/keys/root_maxbytes',
];

interface Saved {
  bootId: string;
  settings: Record<string, string>;
}

/** Changes the kernel settings that differ. It records their values from before the first change since boot. */
export async function ensureMachineSettings(layout: Layout, signal: AbortSignal): Promise<void> {
  if (!existsSync(settingPath('net/bridge/bridge-nf-call-iptables'))) {
    // If this fails (a kernel without modules, or a container without the privilege), Services still work for other
    // clients.
    await runProgram('modprobe', ['br_netfilter'], { signal }).catch(() => signal.throwIfAborted());
  }
  if (readSaved(layout)?.bootId !== bootId()) {
    const names = [...Object.keys(NEEDED), ...CHANGED_BY_KUBELET].filter((name) => existsSync(settingPath(name)));
    const settings = Object.fromEntries(names.map((name) => [name, readSetting(name)]));
    mkdirSync(dirname(layout.machine), { recursive: true });
    writeFileSync(layout.machine, JSON.stringify({ bootId: bootId(), settings } satisfies Saved));
  }
  for (const [name, value] of Object.entries(NEEDED)) {
    if (existsSync(settingPath(name)) && readSetting(name) !== value) writeFileSync(settingPath(name), value);
  }
}

/** Restores the settings that were changed since boot. */
export function restoreMachineSettings(layout: Layout): void {
  const saved = readSaved(layout);
  if (saved?.bootId === bootId()) {
    for (const [name, value] of Object.entries(saved.settings)) {
      if (readSetting(name) !== value) writeFileSync(settingPath(name), value);
    }
  }
  rmSync(layout.machine, { force: true });
}

/** True when the machine was rebooted since the cluster was started: no process of the cluster can be running. */
export function startedBeforeBoot(layout: Layout): boolean {
  const saved = readSaved(layout);
  return saved !== undefined && saved.bootId !== bootId();
}

function readSaved(layout: Layout): Saved | undefined {
  try {
    return JSON.parse(readFileSync(layout.machine, 'utf8')) as Saved;
  } catch {
    return undefined;
  }
}

const settingPath = (name: string) => `/proc/sys/${name}`;
const readSetting = (name: string) => readFileSync(settingPath(name), 'utf8').trim();
