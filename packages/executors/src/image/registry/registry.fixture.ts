import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

export interface TestRegistry {
  /** `127.0.0.1:<port>`. */
  address: string;
  stop(): Promise<void>;
}

/** Password file with the bcrypt hash of `correct horse`; not every machine has htpasswd to make one. */
const htpasswd = 'dev:$2b$04$YJQPdjRxhDZADRUrR8R/IuROo3G2ubbLwyWbaIXe.iO1L9A7gWN56\n';

/** Starts a docker-registry with an empty store on a free port of loopback. */
export async function startRegistry({ login = false } = {}): Promise<TestRegistry> {
  const folder = await mkdtemp(join(tmpdir(), 'nx-kube-registry-'));
  await writeFile(join(folder, 'htpasswd'), htpasswd);
  const config = {
    version: '0.1',
    log: { level: 'info', accesslog: { disabled: true } },
    storage: { filesystem: { rootdirectory: join(folder, 'store') } },
    http: { addr: '127.0.0.1:0' },
    ...(login ? { auth: { htpasswd: { realm: 'test', path: join(folder, 'htpasswd') } } } : {}),
  };
  await writeFile(join(folder, 'config.yml'), JSON.stringify(config));
  const registry = spawn('docker-registry', ['serve', join(folder, 'config.yml')], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const address = await new Promise<string>((resolve, reject) => {
    let log = '';
    registry.on('error', reject).on('exit', () => reject(new Error(`docker-registry ended:\n${log}`)));
    for (const stream of [registry.stdout, registry.stderr]) {
      createInterface(stream).on('line', (line) => {
        log += `${line}\n`;
        const [, found] = /listening on (127\.0\.0\.1:\d+)/.exec(line) ?? [];
        if (found) resolve(found);
      });
    }
  });
  return {
    address,
    stop: async () => {
      const exited = once(registry, 'exit');
      registry.kill('SIGKILL');
      await exited;
      await rm(folder, { recursive: true, force: true });
    },
  };
}
