import { mkdir, readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { withTemporaryFolder } from '../../process/temporary.js';
import { packProgram } from '../archive/layer.js';
import { sha256 } from '../archive/sha256.js';
import { writeArchive } from '../archive/write-archive.js';
import { programConfig } from './program-config.js';

export interface AgentImage {
  /** Absolute path of the OCI archive. */
  archive: string;
  name: string;
  /** First 16 hex digits of the SHA-256 of the binary, and of the debugger's if there is one. */
  tag: string;
}

/**
 * Makes the image that the agent is installed from. It holds only `/nx-kube-agent`, and `/dlv` for debugging. An
 * archive that the folder holds already is used again; archives of other agents are removed.
 *
 * @param agent.binary absolute path of the agent
 * @param agent.debugger absolute path of Delve, which the agent installs beside itself
 * @param agent.directory absolute path of a folder for these archives only
 */
export async function agentImage(agent: {
  binary: string;
  architecture: string;
  directory: string;
  debugger?: string;
}): Promise<AgentImage> {
  const { binary, architecture, directory } = agent;
  const name = 'nx-kube-agent';
  const programs = [
    { file: binary, path: `/${name}` },
    ...(agent.debugger ? [{ file: agent.debugger, path: '/dlv' }] : []),
  ];
  const tag = (await Promise.all(programs.map(async ({ file }) => (await sha256(file)).slice(0, 16)))).join('-');
  const archive = join(directory, `${tag}.tar`);
  const exists = await stat(archive).catch(() => undefined);
  if (!exists) {
    await mkdir(directory, { recursive: true });
    const pack = async (work: string) => {
      const layers = await Promise.all(programs.map((program, i) => packProgram(program, join(work, `layer-${i}`))));
      const platform = { os: 'linux', architecture };
      const config = programConfig({
        platform,
        entrypoint: [`/${name}`],
        user: '65532:65532',
        diffIds: layers.map(({ diffId }) => diffId),
      });
      await writeArchive({ name, tag, config, layers }, archive);
    };
    await withTemporaryFolder('layer', pack, directory);
    const others = (await readdir(directory)).filter(
      (file) => /^[0-9a-f]{16}(-[0-9a-f]{16})?\.tar$/.test(file) && file !== `${tag}.tar`,
    );
    await Promise.all(others.map((file) => rm(join(directory, file), { force: true })));
  }
  return { archive, name, tag };
}
