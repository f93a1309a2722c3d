import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { request } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { failureIsHarmless } from '@nx-kube/cluster';
import type { ClusterStatus } from '@nx-kube/local-cluster/commands/status.js';
import { COMPONENT_NAMES } from '@nx-kube/local-cluster/config/component.js';
import { layoutFor } from '@nx-kube/local-cluster/config/layout.js';
import { parseMounts } from '@nx-kube/local-cluster/host/mounts.js';
import { identify, isAlive } from '@nx-kube/local-cluster/processes/process-identity.js';
import { strayProcesses } from '@nx-kube/local-cluster/processes/stray-processes.js';
import { processes as runningProcesses, type ProcessInfo } from '@nx-kube/testing/e2e/processes.js';
import { repository } from '@nx-kube/testing/e2e/workspace.js';

/*
 * These tests kill and remove the embedded cluster: all that it held is lost. They leave a new
 * cluster that is up.
 */
const CLI = fileURLToPath(new URL('../tools/local-cluster/cli.ts', import.meta.url));
const layout = layoutFor(process.env);
const NAMESPACE = 'local-cluster-e2e';
const IMAGE = 'localhost:5001/local-cluster-e2e:1';

const cli = (...args: string[]) =>
  execa(process.execPath, ['--conditions=@nx-kube/source', '--import', 'tsx', CLI, ...args]);
const kubectl = (args: string[], options: { input?: string } = {}) =>
  execa(join(layout.bin, 'kubectl'), [`--kubeconfig=${layout.kubeconfig}`, ...args], options);

async function status(): Promise<ClusterStatus> {
  const { stdout } = await execa(
    process.execPath,
    ['--conditions=@nx-kube/source', '--import', 'tsx', CLI, 'status', '-o', 'json'],
    { reject: false },
  );
  return JSON.parse(stdout) as ClusterStatus;
}

async function pidOf(name: string): Promise<number> {
  const { components } = await status();
  return components.find((component) => component.name === name)!.pid!;
}

/** Prints its user and the answers of the cluster; with an argument, only echoes it. */
const PROGRAM = `package main

import (
	"crypto/tls"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/signal"
	"syscall"
)

func main() {
	if len(os.Args) > 1 {
		fmt.Println("echo", os.Args[1], "as", os.Getuid())
		return
	}
	client := http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{InsecureSkipVerify: true}}}
	url := "https://" + net.JoinHostPort(os.Getenv("KUBERNETES_SERVICE_HOST"), os.Getenv("KUBERNETES_SERVICE_PORT")) + "/version"
	if response, err := client.Get(url); err != nil {
		fmt.Println("api server:", err)
	} else {
		fmt.Println("api server:", response.StatusCode)
	}
	addresses, err := net.LookupHost("kubernetes.default")
	fmt.Println("dns:", addresses, err)
	fmt.Println("done")
	stop := make(chan os.Signal, 1)
	signal.Notify(stop, syscall.SIGTERM)
	<-stop
}
`;

const pod = (name: string, securityContext: object) => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name, namespace: NAMESPACE },
  spec: { containers: [{ name: 'main', image: IMAGE, imagePullPolicy: 'Always', securityContext }] },
});
const restricted = {
  allowPrivilegeEscalation: false,
  readOnlyRootFilesystem: true,
  runAsNonRoot: true,
  capabilities: { drop: ['ALL'] },
  seccompProfile: { type: 'RuntimeDefault' },
};

async function pushImage(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'nx-kube-image-'));
  try {
    writeFileSync(join(folder, 'main.go'), PROGRAM);
    writeFileSync(
      join(folder, 'Dockerfile'),
      'FROM scratch\nCOPY program /program\nUSER 65532:65532\nENTRYPOINT ["/program"]\n',
    );
    await execa('go', ['build', '-o', 'program', 'main.go'], { cwd: folder, env: { CGO_ENABLED: '0', GOWORK: 'off' } });
    const buildah = ['--storage-driver', 'vfs', '--root', join(folder, 'storage'), '--runroot', join(folder, 'run')];
    await execa('buildah', [...buildah, 'build', '--isolation', 'chroot', '--tag', IMAGE, '.'], { cwd: folder });
    await execa('buildah', [...buildah, 'push', '--tls-verify=false', IMAGE], { cwd: folder });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function runPod(): Promise<void> {
  await pushImage();
  await kubectl(['create', 'namespace', NAMESPACE]);
  await kubectl(['label', 'namespace', NAMESPACE, 'pod-security.kubernetes.io/enforce=restricted']);
  await kubectl(['-n', NAMESPACE, 'wait', '--for=create', 'serviceaccount/default', '--timeout=180s']);
  await kubectl(['apply', '-f', '-'], { input: JSON.stringify(pod('restricted', restricted)) });
  await kubectl(['-n', NAMESPACE, 'wait', '--for=condition=Ready', 'pod/restricted', '--timeout=180s']);
}

/** Identity and state of the pod's container. */
async function containerOfPod() {
  const { stdout } = await kubectl(['-n', NAMESPACE, 'get', 'pod', 'restricted', '-o', 'json']);
  const { metadata, status } = JSON.parse(stdout) as {
    metadata: { uid: string };
    status: { phase: string; containerStatuses: { containerID: string; restartCount: number }[] };
  };
  const { containerID, restartCount } = status.containerStatuses[0]!;
  return { uid: metadata.uid, phase: status.phase, containerID, restartCount };
}

/** Status of the answer to a GET request, with the named client certificate or none. */
function statusOf(url: string, { authority, client }: { authority: string; client?: string }): Promise<number> {
  const read = (file: string) => readFileSync(join(layout.pki, file));
  const identity = client ? { cert: read(`${client}.crt`), key: read(`${client}.key`) } : {};
  return new Promise((resolve, reject) => {
    request(url, { ca: read(`${authority}.crt`), ...identity, agent: false }, (response) => {
      response.resume();
      resolve(response.statusCode!);
    })
      .on('error', reject)
      .end();
  });
}

/** Reads the pod's output up to this text. */
async function logsUntil(text: string): Promise<string> {
  const logs = kubectl(['-n', NAMESPACE, 'logs', 'restricted', '--follow']);
  let written = '';
  logs.stdout.on('data', (chunk: Buffer) => {
    written += chunk.toString();
    if (written.includes(text)) logs.kill();
  });
  await logs.catch(failureIsHarmless);
  return written;
}

beforeAll(async () => {
  await cli('up');
  await kubectl(['delete', 'namespace', NAMESPACE, '--ignore-not-found']);
  await runPod();
}, 1_800_000);

afterAll(async () => {
  await cli('up');
  await kubectl(['delete', 'namespace', NAMESPACE, '--ignore-not-found', '--wait=false']);
});

describe('the embedded cluster', () => {
  it('up finds a running cluster, and leaves it as it is', async () => {
    const before = await status();
    expect((await cli('up')).stdout).toContain('already up');
    expect((await status()).components).toEqual(before.components);
  });

  it('the cluster listens only on loopback and its own bridge', async () => {
    const pids = strayProcesses(layout).map(({ pid }) => pid);
    const { stdout } = await execa('ss', ['-Htulnp']);
    const listening = stdout
      .split('\n')
      .filter((line) => pids.some((pid) => line.includes(`pid=${pid},`)))
      .map((line) => line.trim().split(/\s+/)[4]!);
    expect(listening.length).toBeGreaterThanOrEqual(12);
    for (const address of listening) expect(address).toMatch(/^(127\.0\.0\.1|10\.244\.0\.1):\d+$/);
  });

  it('keys and kubeconfigs are not readable by other users', () => {
    expect(statSync(layout.home).mode & 0o077).toBe(0);
    expect(statSync(layout.kubeconfig).mode & 0o777).toBe(0o600);
  });

  it('the cluster announces its registry', async () => {
    const { stdout } = await kubectl(['-n', 'kube-public', 'get', 'configmap', 'local-registry-hosting', '-o', 'json']);
    expect((JSON.parse(stdout) as { data: object }).data).toEqual({
      'localRegistryHosting.v1': 'host: "localhost:5001"\n',
    });
  });

  it('a restricted pod from the registry runs without root, reaches the API server and resolves names', async () => {
    const written = await logsUntil('done');
    expect(written).toContain('api server: 200');
    expect(written).toContain('dns: [10.96.0.1] <nil>');
  });

  it('commands can be executed in a pod', async () => {
    const { stdout } = await kubectl(['-n', NAMESPACE, 'exec', 'restricted', '--', '/program', 'hello']);
    expect(stdout).toBe('echo hello as 65532');
  });

  it('a pod that is not restricted is refused in a restricted namespace', async () => {
    const apply = kubectl(['apply', '-f', '-'], { input: JSON.stringify(pod('privileged', { privileged: true })) });
    await expect(apply).rejects.toThrow('violates PodSecurity "restricted:latest"');
  });

  it('only the API server may use the kubelet', async () => {
    const ask = (client?: string) => statusOf('https://10.244.0.1:10250/pods', { authority: 'ca', client });
    expect(await ask()).toBe(401);
    expect(await ask('coredns')).toBe(403);
    expect(await ask('kube-apiserver-kubelet-client')).toBe(200);
  });

  it('no client of the API server may use etcd', async () => {
    const ask = (client?: string) => statusOf('https://127.0.0.1:22379/health', { authority: 'etcd-ca', client });
    expect(await ask('etcd-client')).toBe(200);
    await expect(ask('admin')).rejects.toThrow();
    await expect(ask()).rejects.toThrow();
  });

  it('the node may read only the objects of its pods', async () => {
    const asNode = [
      `--kubeconfig=${join(layout.config, 'kubelet.kubeconfig')}`,
      'auth',
      'can-i',
      'list',
      'secrets',
      '-A',
    ];
    await expect(execa(join(layout.bin, 'kubectl'), asNode)).rejects.toMatchObject({
      stdout: expect.stringMatching(/^no/),
    });
  });

  it('the audit log holds writes, without content', async () => {
    const value = `value-${Date.now()}`;
    await kubectl(['-n', NAMESPACE, 'create', 'secret', 'generic', 'audited', `--from-literal=key=${value}`]);
    const log = readFileSync(layout.auditLog, 'utf8');
    expect(log).toMatch(/"verb":"create".*"resource":"secrets","namespace":"local-cluster-e2e","name":"audited"/);
    expect(log).not.toContain(value);
    expect(log).not.toContain(Buffer.from(value).toString('base64'));
  });

  it('parallel runs of up start the cluster once', async () => {
    await cli('stop', 'kube-scheduler');
    await Promise.all([cli('up'), cli('up'), cli('up')]);
    const pids = strayProcesses(layout).map(({ pid }) => pid);
    const isScheduler = ({ pid, command }: ProcessInfo) =>
      pids.includes(pid) && command[0]!.endsWith('/kube-scheduler');
    const schedulers = runningProcesses(isScheduler);
    expect(schedulers.map(({ pid }) => pid)).toEqual([await pidOf('kube-scheduler')]);
  });

  it.each(COMPONENT_NAMES)('the cluster recovers from a killed %s, and the pod does not notice', async (name) => {
    const before = await containerOfPod();
    const pid = await pidOf(name);
    process.kill(pid, 'SIGKILL');
    await cli('up');
    const after = await status();
    expect(after.running).toBe(true);
    expect(await pidOf(name)).not.toBe(pid);
    expect(await containerOfPod()).toEqual(before);
  });

  it('the cluster recovers when all components are killed at once', async () => {
    const before = await containerOfPod();
    for (const { pid } of (await status()).components) process.kill(pid!, 'SIGKILL');
    await cli('up');
    expect((await status()).running).toBe(true);
    expect(await containerOfPod()).toEqual(before);
    expect((await kubectl(['-n', NAMESPACE, 'exec', 'restricted', '--', '/program', 'again'])).stdout).toContain(
      'again',
    );
  });

  it('up restarts a component that hangs', async () => {
    const pid = await pidOf('kube-scheduler');
    process.kill(pid, 'SIGSTOP');
    expect((await cli('up')).stderr).toContain('kube-scheduler does not answer: restarting it.');
    expect((await status()).running).toBe(true);
  });

  it('the cluster survives the absence of one component for a while', async () => {
    await cli('stop', 'kube-apiserver', '--kill');
    const { running, components } = await status();
    expect(running).toBe(false);
    expect(components.filter(({ state }) => state === 'not running').map(({ name }) => name)).toEqual([
      'kube-apiserver',
    ]);
    await cli('start', 'kube-apiserver');
    expect((await kubectl(['get', '--raw', '/readyz'])).stdout).toBe('ok');
  });

  it('up reports which component failed, and why', async () => {
    await cli('stop', 'registry');
    const other = execa(process.execPath, [
      '-e',
      `require('net').createServer().listen(5001, '127.0.0.1', () => console.log())`,
    ]);
    await new Promise((resolve) => other.stdout.once('data', resolve));
    try {
      await expect(cli('up')).rejects.toMatchObject({
        stderr: expect.stringContaining('registry cannot start: another program listens on 127.0.0.1:5001'),
      });
    } finally {
      other.kill();
      await other.catch(failureIsHarmless);
    }
    await cli('up');
  });
});

describe('the programs of the cluster', () => {
  const build = async () => {
    const env = { NX_DAEMON: 'false', NX_TUI: 'false', FORCE_COLOR: '0' };
    const args = ['node_modules/nx/dist/bin/nx.js', 'run', 'local-cluster:build'];
    return (await execa(process.execPath, args, { cwd: repository, env })).stdout;
  };

  it('Nx does not build the programs again, and restores them from its cache', async () => {
    const output = join(repository, 'tools/local-cluster/bin');
    await build();
    expect(await build()).toMatch(/existing outputs match the cache|local cache/);
    rmSync(output, { recursive: true });
    expect(await build()).toContain('local cache');
    expect(readdirSync(output)).toEqual(expect.arrayContaining(['nx-kube-local', 'pause']));
  });
});

describe('taking the cluster down', () => {
  /** State that a cluster could leave behind outside its folder. */
  async function machine() {
    const rules = async (program: string) =>
      (await execa(program)).stdout.split('\n').filter((line) => /^-A|^:\S+ -/.test(line));
    const setting = (name: string) => readFileSync(`/proc/sys/${name}`, 'utf8').trim();
    const list = (folder: string) => (existsSync(folder) ? readdirSync(folder) : []);
    return {
      rules: await rules('iptables-save'),
      rulesOfVersion6: await rules('ip6tables-save'),
      links: (JSON.parse((await execa('ip', ['-j', 'link'])).stdout) as { ifname: string }[]).map(
        ({ ifname }) => ifname,
      ),
      routes: (await execa('ip', ['route'])).stdout,
      mounts: parseMounts(readFileSync('/proc/self/mountinfo', 'utf8')),
      groups: controlGroups(),
      namespaces: list('/run/netns'),
      sockets: list('/run/containerd/s'),
      results: list('/var/lib/cni/results'),
      logLinks: list('/var/log/containers'),
      settings: ['net/ipv4/ip_forward', 'vm/overcommit_memory', 'kernel/panic', 'kernel/panic_on_oops'].map(setting),
    };
  }

  /** The cluster's control groups, in all hierarchies of the machine. With cgroup v2 there is one, at the top. */
  const controlGroups = () =>
    ['', ...readdirSync('/sys/fs/cgroup')]
      .map((name) => join('/sys/fs/cgroup', name, 'nx-kube-local'))
      .filter((group) => existsSync(group));

  /** State that only a cluster creates. The machine need not have been clean before. */
  async function leftovers() {
    const { rules, rulesOfVersion6, links, mounts } = await machine();
    const bridged = existsSync('/sys/class/net/nx-kube0/brif') ? readdirSync('/sys/class/net/nx-kube0/brif') : [];
    return {
      rules: [...rules, ...rulesOfVersion6].filter((rule) => /\b(NX-)?KUBE-/.test(rule)),
      links: [...links.filter((name) => name === 'nx-kube0'), ...bridged],
      routes: (await execa('ip', ['route', 'show', 'root', '10.96.0.0/16'])).stdout,
      mounts: mounts.map(({ point }) => point).filter((point) => point.startsWith(`${layout.home}/`)),
      groups: controlGroups(),
    };
  }

  const nothing = { rules: [], links: [], routes: '', mounts: [], groups: [] };

  it('down leaves nothing behind, whatever was killed before', async () => {
    const { settings } = JSON.parse(readFileSync(layout.machine, 'utf8')) as { settings: Record<string, string> };
    const settingsNow = () =>
      Object.fromEntries(Object.keys(settings).map((name) => [name, readFileSync(`/proc/sys/${name}`, 'utf8').trim()]));
    await cli('down');
    expect(settingsNow()).toEqual(settings);
    expect(await leftovers()).toEqual(nothing);
    const before = await machine();
    await cli('up');
    await runPod();
    const processes = strayProcesses(layout);
    const [program] = runningProcesses(({ command }) => command.join(' ') === '/program');
    const container = identify(program!.pid)!;
    expect(isAlive(container)).toBe(true);
    // State that is not visible now would not be missed below.
    expect(await leftovers()).toEqual({
      rules: expect.arrayContaining([expect.stringContaining('NX-KUBE-'), expect.stringContaining('KUBE-SERVICES')]),
      links: expect.arrayContaining(['nx-kube0', expect.stringMatching(/^veth/)]),
      routes: expect.stringContaining('nx-kube0'),
      mounts: expect.arrayContaining([expect.stringContaining(layout.run)]),
      groups: expect.arrayContaining([expect.stringContaining('nx-kube-local')]),
    });
    process.kill(await pidOf('containerd'), 'SIGKILL');
    process.kill(await pidOf('kubelet'), 'SIGKILL');
    await cli('down');
    expect(await leftovers()).toEqual(nothing);
    expect(settingsNow()).toEqual(settings);
    expect(await machine()).toEqual(before);
    expect([...processes, container].filter(isAlive)).toEqual([]);
    expect(strayProcesses(layout)).toEqual([]);
    expect(readdirSync(layout.home).sort()).toEqual(['bin', 'builds', 'logs', 'processes']);
    expect(await status()).toMatchObject({ running: false });
  });

  it('down of a cluster that is down takes no time', async () => {
    expect((await cli('down')).exitCode).toBe(0);
  });

  it('down keeps objects and images on request', async () => {
    await cli('up');
    await runPod();
    const before = await containerOfPod();
    await cli('down', '--keep');
    expect(strayProcesses(layout)).toEqual([]);
    await cli('up');
    await kubectl(['-n', NAMESPACE, 'wait', '--for=condition=Ready', 'pod/restricted', '--timeout=180s']);
    expect((await containerOfPod()).uid).toBe(before.uid);
  });
});
