import { join } from 'node:path';
import type { Layout } from './layout.js';
import type { Machine } from './machine.js';
import { BRIDGE, LOOPBACK, PAUSE_IMAGE, POD_CIDR, REGISTRY } from './network-plan.js';

/** The name of the pod network. The CNI plugins use it in file names of their caches outside of the state folder. */
export const POD_NETWORK = 'nx-kube-local';

/** A JSON string is a valid TOML string unless it holds unusual control characters. */
const toml = (value: string) => JSON.stringify(value);

export function containerdConfig(layout: Layout, machine: Machine): string {
  return `version = 2
root = ${toml(join(layout.data, 'containerd'))}
state = ${toml(join(layout.run, 'containerd'))}
disabled_plugins = ["io.containerd.internal.v1.opt"]

[grpc]
  address = ${toml(layout.containerdSocket)}

[plugins."io.containerd.grpc.v1.cri"]
  sandbox_image = ${toml(PAUSE_IMAGE)}
  # Without CAP_SYS_RESOURCE, runc cannot lower the score below containerd's own and dies.
  restrict_oom_score_adj = true
  stream_server_address = ${toml(LOOPBACK)}
  stream_server_port = "0"
  netns_mounts_under_state_dir = true
  tolerate_missing_hugetlb_controller = true
  [plugins."io.containerd.grpc.v1.cri".containerd]
    snapshotter = ${toml(machine.snapshotter)}
    default_runtime_name = "runc"
    [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc]
      runtime_type = "io.containerd.runc.v2"
      [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc.options]
        SystemdCgroup = false
        Root = ${toml(join(layout.run, 'runc'))}
  [plugins."io.containerd.grpc.v1.cri".cni]
    bin_dir = ${toml(machine.networkPlugins)}
    conf_dir = ${toml(join(layout.config, 'cni'))}
  [plugins."io.containerd.grpc.v1.cri".registry]
    config_path = ${toml(join(layout.config, 'registries'))}
`;
}

/** Pods can use the local registry under the same name as users. It speaks plain HTTP. */
export function registryHosts(): string {
  return `server = "http://${REGISTRY}"

[host."http://${REGISTRY}"]
  capabilities = ["pull", "resolve"]
`;
}

/** No `ipMasq`: the bridge plugin would create iptables chains for each pod. See `packet-rules.ts`. */
export function containerNetworkConfig(layout: Layout): object {
  return {
    cniVersion: '1.0.0',
    name: POD_NETWORK,
    plugins: [
      {
        type: 'bridge',
        bridge: BRIDGE,
        isGateway: true,
        hairpinMode: true,
        ipam: {
          type: 'host-local',
          ranges: [[{ subnet: POD_CIDR }]],
          routes: [{ dst: '0.0.0.0/0' }],
          dataDir: join(layout.run, 'pod-addresses'),
        },
      },
    ],
  };
}
