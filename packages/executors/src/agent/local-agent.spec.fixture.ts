import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { copyFile, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { agentBinary } from './binaries.js';
import type { ByteStream } from './session.js';

/** A folder of the test's own. */
export async function scratch(): Promise<string> {
  // Short, as it holds a socket.
  const folder = await mkdtemp(join(tmpdir(), 'agent'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

/** An agent as it runs in a pod, but on this machine: until the test is finished. It is the one that `nx run agent:build` made. */
export class LocalAgent {
  #output = '';
  #written = () => {};

  private constructor(
    /** What is mounted at /nx-kube in a pod. */
    readonly volume: string,
    readonly process: ChildProcess,
  ) {
    for (const stream of [process.stdout!, process.stderr!]) {
      stream.setEncoding('utf8').on('data', (text: string) => {
        this.#output += text;
        this.#written();
      });
    }
  }

  static async start(...command: string[]): Promise<LocalAgent> {
    const volume = await scratch();
    const agent = join(volume, 'agent');
    await copyFile(agentBinary(process.arch === 'arm64' ? 'arm64' : 'amd64'), agent);
    const started = new LocalAgent(
      volume,
      spawn(agent, ['run', '--', ...command], { stdio: ['ignore', 'pipe', 'pipe'] }),
    );
    onTestFinished(() => started.kill());
    return started;
  }

  /** Waits until the process, or the agent, has written a text. */
  async wrote(text: string): Promise<void> {
    while (!this.#output.includes(text)) await new Promise<void>((resolve) => (this.#written = resolve));
  }

  /** Like an exec into the container. */
  exec(): ByteStream {
    const session = spawn(join(this.volume, 'agent'), ['session'], { stdio: ['pipe', 'pipe', 'inherit'] });
    session.stdin.on('error', () => {});
    return {
      write: (chunk) =>
        new Promise((resolve, reject) => session.stdin.write(chunk, (error) => (error ? reject(error) : resolve()))),
      output: session.stdout,
      close: () => session.kill(),
    };
  }

  async kill(): Promise<void> {
    if (this.process.exitCode !== null || this.process.signalCode !== null) return;
    this.process.kill('SIGKILL');
    await once(this.process, 'exit');
  }

  /** What a delivery left in the volume that should not be there. */
  async leftovers(): Promise<string[]> {
    return (await readdir(this.volume)).filter((name) => !['agent', 'agent.sock', 'live'].includes(name));
  }
}

/** A binary that says something, and then waits to be stopped. */
export async function script(folder: string, name: string): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, `#!/bin/sh\necho 'this is ${name}'\nexec sleep 1000\n`);
  return path;
}
