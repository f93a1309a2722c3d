import { readdirSync, writeFileSync } from 'node:fs';
import { embeddedClusterUp } from '../../embedded-cluster.mjs';
import { bench } from './bench.js';
import { parseOptions, usage } from './options.js';
import { conclusion } from './report/conclusion.js';
import { connect, explain, type Cluster } from '@nx-kube/cluster';
import { repository } from '@nx-kube/testing/e2e/workspace.js';

/** Runs the benchmark for a command line. @returns the exit code */
export async function main(args: string[]): Promise<number> {
  const stop = new AbortController();
  // Never exit by default: applied objects must be removed first. One Ctrl-C may arrive twice, from npm and the
  // terminal.
  for (const name of ['SIGINT', 'SIGTERM'] as const) process.on(name, () => stop.abort());
  let cluster: Cluster | undefined;
  try {
    const options = parseOptions(args, projects());
    if (options === 'help') {
      console.log(usage);
      return 0;
    }
    cluster = (await usableCluster()) ?? (await embeddedCluster());
    const report = await bench(options, {
      cluster,
      signal: stop.signal,
      progress: (text) => console.error(`▸ ${text}`),
    });
    if (options.json) writeFileSync(options.json, `${JSON.stringify(report, null, 2)}\n`);
    const { text, complaints } = conclusion(report, options);
    console.log(`\n${text}`);
    complaints.forEach((complaint) => console.error(`✖ ${complaint}`));
    return complaints.length ? 1 : 0;
  } catch (error) {
    if (stop.signal.aborted) return 130;
    console.error(explain(error));
    return 1;
  } finally {
    await cluster?.close();
  }
}

function projects(): string[] {
  return readdirSync(`${repository}/examples`).filter((name) => name !== 'shared');
}

/** Returns the cluster of kubeconfig's current context if it is local and answers. */
async function usableCluster(): Promise<Cluster | undefined> {
  let cluster: Cluster | undefined;
  try {
    cluster = await connect();
    await cluster.request({ method: 'GET', path: '/version', timeoutMs: 3000 });
    return cluster;
  } catch (error) {
    await cluster?.close();
    console.error(`There is no usable cluster (${(error as Error).message}). Bringing the embedded cluster up.`);
    return undefined;
  }
}

async function embeddedCluster(): Promise<Cluster> {
  const environment = await embeddedClusterUp();
  if (!environment) throw new Error('The embedded cluster did not come up.');
  Object.assign(process.env, environment);
  return connect();
}
