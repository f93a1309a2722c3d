import { join } from 'node:path';
import { componentKubeconfig, type Client } from './certificates.js';
import type { ComponentName } from './component.js';
import type { Layout } from './layout.js';
import { BRIDGE_ADDRESS, LOOPBACK } from './network-plan.js';

export const json = (value: object) => `${JSON.stringify(value, null, 2)}\n`;

export const loopback = (port: number) => ({ host: LOOPBACK, port });

export const bridge = (port: number) => ({ host: BRIDGE_ADDRESS, port });

export const configFile = ({ config }: Layout, name: string) => join(config, name);

export const programOf = ({ bin }: Layout, name: ComponentName) => join(bin, name);

export const kubeconfigOf = (layout: Layout, client: Client) => configFile(layout, `${client}.kubeconfig`);

/** The kubeconfig of a component: its path and its content. */
export const kubeconfigFile = (layout: Layout, client: Client) => ({
  [kubeconfigOf(layout, client)]: json(componentKubeconfig(layout.pki, client)),
});
