/** Options of the delve-build executor; what they mean and default to stands in schema.json. */
export interface DelveBuildOptions {
  version?: string;
  goarch?: string;
  output?: string;
}
