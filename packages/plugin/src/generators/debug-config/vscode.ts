import type { PathMapping } from './path-mappings.js';

export interface Attachment {
  /** Name in the editor's list. It identifies an existing configuration. */
  name: string;
  port: number;
  mappings: PathMapping[];
}

interface LaunchJson {
  version?: string;
  configurations?: { name?: string }[];
}

/**
 * Adds an attach configuration to a launch.json. One of the same name is replaced, and keeps its other fields. Pure.
 *
 * @param launch the existing content
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
