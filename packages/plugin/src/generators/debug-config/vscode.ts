import type { PathMapping } from './path-mappings.js';

export interface Attachment {
  /** Shown in the editor's list, and what an existing configuration is known by. */
  name: string;
  port: number;
  mappings: PathMapping[];
}

interface LaunchJson {
  version?: string;
  configurations?: { name?: string }[];
}

/**
 * A launch.json with a configuration that attaches; one of the same name is replaced, with what else it says kept. Pure.
 *
 * @param launch what is there
 */
export function withAttachment(launch: LaunchJson, { name, port, mappings }: Attachment): LaunchJson {
  const attach = { type: 'go', request: 'attach', mode: 'remote', host: '127.0.0.1', port, substitutePath: mappings };
  const { version = '0.2.0', configurations = [], ...others } = launch;
  const at = configurations.findIndex((one) => one.name === name);
  const made = { name, ...configurations[at], ...attach };
  return {
    version,
    ...others,
    configurations: at < 0 ? [...configurations, made] : configurations.with(at, made),
  };
}
