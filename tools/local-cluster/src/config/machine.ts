/** Facts of the machine that decide how components are configured. */
export interface Machine {
  /** The folder of the built programs. */
  build: string;
  /** Where the container network plugins are installed. */
  networkPlugins: string;
  /** `overlayfs`, or `native` where overlays cannot be stacked (a container's own file system). */
  snapshotter: 'overlayfs' | 'native';
  /** The file with the machine's name servers, or undefined if it has none. */
  nameServers?: string;
}
