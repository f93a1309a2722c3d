import { join } from 'node:path';
import type { Layout } from './layout.js';
import { LOOPBACK, PORTS } from './network-plan.js';

export function registryConfig(layout: Layout): object {
  return {
    version: '0.1',
    log: { level: 'warn', accesslog: { disabled: true } },
    storage: {
      filesystem: { rootdirectory: join(layout.data, 'registry') },
      delete: { enabled: true },
      cache: { blobdescriptor: 'inmemory' },
    },
    http: { addr: `${LOOPBACK}:${PORTS.registry}` },
  };
}
