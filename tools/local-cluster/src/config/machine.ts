/** Facts about the machine that configure the components. */
export interface Machine {
  /** The folder of the built programs. */
  build: string;
  /** The folder of the container network plugins. */
  networkPlugins: string;
  /** `native` on file systems that cannot stack overlays (a container's own), else `overlayfs`. */
  snapshotter: 'overlayfs' | 'native';
  /** The file with the machine's name servers, or undefined if there are none. */
  nameServers?: string;
}
