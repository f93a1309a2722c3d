/** The option `debug` of the executor `dev`. */
export type DebugOption =
  | boolean
  | {
      /** Port on this machine, and on the pod's loopback. Default: 30000. */
      port?: number;
      /** Arguments for the debugged process, after its own. Default: none. */
      args?: string[];
    };

/** How a workload is debugged. */
export interface DebugOptions {
  port: number;
  args: string[];
  /** Absolute path of Delve for the platform of the nodes. */
  delve: string;
}

export const defaultDebugPort = 30000;

/** Fills in the defaults of the option. Returns undefined when debugging is off. Pure. */
export function debugOption(option: DebugOption | undefined): Omit<DebugOptions, 'delve'> | undefined {
  if (!option) return undefined;
  const { port = defaultDebugPort, args = [] } = option === true ? {} : option;
  return { port, args };
}
