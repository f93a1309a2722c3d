/** The option `debug` of dev. */
export type DebugOption =
  | boolean
  | {
      /** Port on this machine, and on the pod's loopback. Default: 30000. */
      port?: number;
      /** Arguments for the process while it is debugged, behind its own. Default: none. */
      args?: string[];
    };

/** How a workload is debugged. */
export interface DebugOptions {
  port: number;
  args: string[];
  /** Absolute path of Delve for the nodes' platform. */
  delve: string;
}

export const defaultDebugPort = 30000;

/** The option with its defaults; undefined where it is off. Pure. */
export function debugOption(option: DebugOption | undefined): Omit<DebugOptions, 'delve'> | undefined {
  if (!option) return undefined;
  const { port = defaultDebugPort, args = [] } = option === true ? {} : option;
  return { port, args };
}
