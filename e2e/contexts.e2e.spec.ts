import { once } from 'node:events';
import { createServer, type Server } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Workspace } from '@nx-kube/testing/e2e/workspace.js';

const project = 'greeter-controller';

let workspace: Workspace;
/** Server in place of the local end of a tunnel to a remote cluster. */
let tunnel: Server;
let connections = 0;

beforeAll(async () => {
  workspace = new Workspace([project]);
  configure({});
  tunnel = createServer((socket) => {
    connections += 1;
    socket.destroy();
  }).listen(0, '127.0.0.1');
  await once(tunnel, 'listening');
  const { port } = tunnel.address() as { port: number };
  workspace.write('kubeconfig', kubeconfig({ nowhere: 'https://192.0.2.1:6443', tunnel: `https://127.0.0.1:${port}` }));
  await workspace.nx(['run-many', '-t', 'image-build', '-p', project]);
});

afterAll(() => {
  tunnel?.close();
  workspace?.remove();
});

/**
 * Writes project.json with targets that are not inferred.
 *
 * @param apply options of the apply target
 */
function configure(apply: object): void {
  const targets = {
    secrets: { executor: '@nx-kube/executors:secrets', options: { secrets: [] } },
    flux: { executor: '@nx-kube/executors:flux', options: { enabled: true } },
    'kustomize-apply': { options: apply },
  };
  workspace.write(`${project}/project.json`, JSON.stringify({ targets }));
}

function kubeconfig(servers: Record<string, string>): string {
  const names = Object.keys(servers);
  return JSON.stringify({
    apiVersion: 'v1',
    kind: 'Config',
    clusters: names.map((name) => ({
      name,
      // As when a port is forwarded to a remote cluster.
      cluster: { server: servers[name], ...(name === 'tunnel' && { 'tls-server-name': 'api.production.example.com' }) },
    })),
    users: [{ name: 'somebody', user: { token: 'token-of-somebody' } }],
    contexts: names.map((name) => ({ name, context: { cluster: name, user: 'somebody' } })),
    'current-context': names[0],
  });
}

/** Runs a target with the kubeconfig above. Expects it to fail with a short message. */
async function fail(target: string, ...args: string[]): Promise<string> {
  const env = { KUBECONFIG: workspace.path('kubeconfig') };
  const { all, exitCode } = await workspace.nx(['run', `${project}:${target}`, ...args], env);
  expect(exitCode, all).toBe(1);
  expect(all).not.toContain('    at ');
  expect(all).not.toContain('token-of-somebody');
  return all;
}

describe('contexts: neither local nor allowed', () => {
  const commands = [
    'dev --once',
    'dev',
    'kustomize-apply',
    'kustomize-apply --dryRun',
    'image-restart',
    'down',
    'logs',
  ];
  it.each([...commands, 'secrets', 'flux'])(
    'a context that is neither local nor allowed is refused by %s',
    async (command) => {
      const [target = '', ...args] = command.split(' ');
      const printed = await fail(target, ...args);
      const refusal = 'Context "nowhere" is not a local cluster: its server 192.0.2.1 is not on this machine.';
      expect(printed.split(refusal)).toHaveLength(2);
      expect(printed).toContain('→ Choose a local context, or add "nowhere" to allowContexts.');
    },
  );

  it('a context that is not allowed is refused before any connection to it', async () => {
    const printed = await fail('kustomize-apply', '--context=tunnel');
    expect(printed).toContain('Context "tunnel" is not a local cluster');
    expect(connections).toBe(0);
  });
});

describe('contexts: allowed', () => {
  it('an allowed context is used', async () => {
    configure({ allowContexts: ['tunnel'] });
    await fail('down', '--context=tunnel');
    expect(connections).toBeGreaterThan(0);
  });

  it.each(['secrets', 'flux'])('a context that the apply target allows is used by %s, too', async (target) => {
    configure({ context: 'tunnel', allowContexts: ['tunnel'] });
    const before = connections;
    expect(await fail(target)).not.toContain('is not a local cluster');
    // Flux's own CLI, which may be missing, is looked up first.
    if (target === 'secrets') expect(connections).toBeGreaterThan(before);
  });

  it('an allowed context whose server does not answer is one clear error, soon', async () => {
    configure({ allowContexts: ['no*'] });
    const started = performance.now();
    const printed = await fail('kustomize-apply');
    expect(printed.split('192.0.2.1')).toHaveLength(2);
    expect(performance.now() - started).toBeLessThan(60_000);
  });
});
