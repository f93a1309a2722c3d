import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { copyFile, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { agentBinary } from './binaries.js';
import type { ByteStream } from './session.js';

/** Makes a temporary folder for one test, and returns its path. */
export async function scratch(): Promise<string> {
  // The path is short because the folder holds a unix socket, whose path is limited to about 100 bytes.
  const folder = await mkdtemp(join(tmpdir(), 'agent'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

/** An agent that runs on this machine as it would in a pod, until the test ends. `nx run agent:build` has built it. */
export class LocalAgent {
  #output = '';
  #written = () => {};

  private constructor(
    /** The folder that is mounted at /nx-kube in a pod. */
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

  /** Starts an agent in a pod whose container has run before. */
  static async start(...command: string[]): Promise<LocalAgent> {
    const volume = await scratch();
    await copyFile(agentOfThisMachine(), join(volume, 'agent'));
    return LocalAgent.#run(volume, command);
  }

  /** Starts an agent in a new pod: it waits for the binary to run. */
  static async startNew(...command: string[]): Promise<LocalAgent> {
    const volume = await scratch();
    await once(spawn(agentOfThisMachine(), ['install', volume], { stdio: 'inherit' }), 'exit');
    return LocalAgent.#run(volume, command);
  }

  static #run(volume: string, command: readonly string[]): LocalAgent {
    const agent = join(volume, 'agent');
    const started = new LocalAgent(
      volume,
      spawn(agent, ['run', '--', ...command], { stdio: ['ignore', 'pipe', 'pipe'] }),
    );
    onTestFinished(() => started.kill());
    return started;
  }

  /** All that the process and the agent have written so far. */
  get output(): string {
    return this.#output;
  }

  /** Resolves when the process or the agent has written `text`. */
  async wrote(text: string): Promise<void> {
    while (!this.#output.includes(text)) await new Promise<void>((resolve) => (this.#written = resolve));
  }

  /** Opens a session, like an exec into the container. */
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

  /** Names of files that a delivery left in the volume by mistake. */
  async leftovers(): Promise<string[]> {
    return (await readdir(this.volume)).filter((name) => !['agent', 'agent.sock', 'live'].includes(name));
  }
}

function agentOfThisMachine(): string {
  return agentBinary(process.arch === 'arm64' ? 'arm64' : 'amd64');
}

/** Writes a script that prints its name and then runs until it is stopped. Returns its path. */
export async function script(folder: string, name: string): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, `#!/bin/sh\necho 'this is ${name}'\nexec sleep 1000\n`);
  return path;
}
