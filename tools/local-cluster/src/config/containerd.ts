import { join } from 'node:path';
import type { Layout } from './layout.js';
import type { Machine } from './machine.js';
import { BRIDGE, LOOPBACK, PAUSE_IMAGE, POD_CIDR, REGISTRY } from './network-plan.js';

/** The name of the pods' network; the plugins' caches outside of the state folder carry it in their file names. */
export const POD_NETWORK = 'nx-kube-local';

/** A JSON string is a valid TOML string as long as it holds no control character beyond the common escapes. */
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

/** Pods may name the local registry as users do; it speaks plain HTTP. */
export function registryHosts(): string {
  return `server = "http://${REGISTRY}"

[host."http://${REGISTRY}"]
  capabilities = ["pull", "resolve"]
`;
}

/** Masquerading is not left to the bridge plugin: it would make iptables chains for each pod. See `packet-rules.ts`. */
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
