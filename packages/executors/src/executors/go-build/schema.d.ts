/** Options of the go-build executor; what they mean and default to stands in schema.json. */
export interface GoBuildOptions {
  main?: string;
  output?: string;
  tags?: string[];
  ldflags?: string | string[];
  gcflags?: string | string[];
  asmflags?: string | string[];
  env?: Record<string, string>;
  goos?: string;
  goarch?: string;
  race?: boolean;
  trimpath?: boolean;
  buildvcs?: boolean;
}
