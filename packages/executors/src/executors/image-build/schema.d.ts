/** Options of the image-build executor; what they mean and default to stands in schema.json. */
export interface ImageBuildOptions {
  name?: string;
  output?: string;
  binary?: string;
  binaryPath?: string;
  manifests?: string;
  workload?: string;
  container?: string;
  baseImage?: string;
  user?: string;
  labels?: Record<string, string>;
  dockerfile?: string;
  context?: string;
  only?: string[];
  buildArgs?: Record<string, string>;
  target?: string;
  builder?: 'docker' | 'podman' | 'buildah' | 'nerdctl';
  release?: boolean;
}
