import { COMPONENT_NAMES, type ComponentName } from '../config/component.js';
import { componentsFor } from '../config/components.js';
import type { Layout } from '../config/layout.js';
import { API_SERVER, CONTEXT_NAME, NODE_NAME, REGISTRY } from '../config/network-plan.js';
import { duration } from '../config/progress.js';
import { describeMachine } from '../host/machine.js';
import { nodeProblem } from '../processes/node-readiness.js';
import { isReady } from '../processes/probe.js';
import { runningProcess } from '../processes/process-records.js';

export interface ComponentStatus {
  name: ComponentName;
  state: 'ready' | 'not ready' | 'not running';
  pid?: number;
  /** ISO 8601. */
  startedAt?: string;
}

export interface ClusterStatus {
  /** All components run and the node is ready for pods. */
  running: boolean;
  home: string;
  kubeconfig: string;
  context: string;
  server: string;
  registry: string;
  node: { name: string; ready: boolean; problem?: string };
  components: ComponentStatus[];
}

export async function clusterStatus(layout: Layout, signal: AbortSignal): Promise<ClusterStatus> {
  const descriptions = componentsFor(layout, describeMachine(layout, ''));
  const components = await Promise.all(
    COMPONENT_NAMES.map(async (name): Promise<ComponentStatus> => {
      const process = runningProcess(layout, name);
      if (!process) return { name, state: 'not running' };
      const ready = await isReady(descriptions[name].probe, layout.pki, signal);
      const startedAt = new Date(process.startedAt).toISOString();
      return { name, state: ready ? 'ready' : 'not ready', pid: process.pid, startedAt };
    }),
  );
  const isServing = components.some(({ name, state }) => name === 'kube-apiserver' && state === 'ready');
  const problem = isServing ? await nodeProblem(layout, signal) : 'the API server is not ready';
  return {
    running: problem === undefined && components.every(({ state }) => state === 'ready'),
    home: layout.home,
    kubeconfig: layout.kubeconfig,
    context: CONTEXT_NAME,
    server: API_SERVER,
    registry: REGISTRY,
    node: { name: NODE_NAME, ready: problem === undefined, ...(problem === undefined ? {} : { problem }) },
    components,
  };
}

/** Formats the status as a table. `now`: the current time (ms since the epoch). */
export function statusTable(status: ClusterStatus, now: number): string {
  const rows = [
    ['COMPONENT', 'STATE', 'PID', 'AGE'],
    ...status.components.map(({ name, state, pid, startedAt }) => [
      name,
      state,
      pid === undefined ? '' : String(pid),
      startedAt === undefined ? '' : duration(now - Date.parse(startedAt)),
    ]),
  ];
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  const table = rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column]!))
      .join('  ')
      .trimEnd(),
  );
  return [
    ...table,
    '',
    `node        ${status.node.name}: ${status.node.ready ? 'ready' : status.node.problem}`,
    `server      ${status.server}`,
    `registry    ${status.registry}`,
    `kubeconfig  ${status.kubeconfig} (context ${status.context})`,
  ].join('\n');
}
