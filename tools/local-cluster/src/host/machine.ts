import { existsSync, readFileSync, statfsSync } from 'node:fs';
import type { Layout } from '../config/layout.js';
import type { Machine } from '../config/machine.js';
import { networkPluginFolder } from './debian-packages.js';

const OVERLAY_FILE_SYSTEM = 0x794c7630;
/**
 * systemd-resolved keeps its real servers in the second file. The first then names its loopback address, which pods
 * cannot reach.
 */
const RESOLVER_FILES = ['/etc/resolv.conf', '/run/systemd/resolve/resolv.conf'];

/** Collects the facts about this machine that configure the components. */
export function describeMachine(layout: Layout, build: string): Machine {
  const resolvers = RESOLVER_FILES.filter((file) => existsSync(file)).map((file) => ({
    file,
    content: readFileSync(file, 'utf8'),
  }));
  return {
    build,
    networkPlugins: networkPluginFolder() ?? '',
    snapshotter:
      existsSync(layout.home) && statfsSync(layout.home).type === OVERLAY_FILE_SYSTEM ? 'native' : 'overlayfs',
    nameServers: nameServerFile(resolvers),
  };
}

/** Returns the first file that names a server which pods can reach. */
export function nameServerFile(files: { file: string; content: string }[]): string | undefined {
  return files.find(({ content }) =>
    [...content.matchAll(/^\s*nameserver\s+(\S+)/gm)].some(([, address]) => !/^(127\.|::1$)/.test(address ?? '')),
  )?.file;
}
