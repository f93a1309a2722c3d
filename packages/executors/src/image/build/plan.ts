import type { Layer } from '../archive/layer.js';
import type { BuilderName } from './builder.js';

/** Options of an image build. Paths are absolute. */
export interface ImageBuild {
  /** Name of the image, without registry and tag. */
  name: string;
  /** Folder for `image.tar` and `image.json`. */
  output: string;
  /** The program. With a Dockerfile it only serves to keep the tag independent of the program. */
  binary: string;
  /** Whether the tag depends on the binary, as it must for images that are shipped. Default: false. */
  release?: boolean;
  /** Builder to use. Default: the first one that works. An image from scratch needs none. */
  builder?: BuilderName;
  from: FromBinary | FromDockerfile;
}

/** An image of a base image and the binary. */
export interface FromBinary {
  /** Reference of the base image. `scratch` needs no builder. */
  baseImage: string;
  /** Absolute path of the binary in the image. */
  binaryPath: string;
  /** Whether the binary is the CMD of an image without an ENTRYPOINT. Default: it is the ENTRYPOINT. */
  asCmd?: boolean;
  /** `uid` or `uid:gid`. */
  user: string;
  labels: Record<string, string>;
}

/** An image from the user's own Dockerfile. */
export interface FromDockerfile {
  dockerfile: string;
  context: string;
  /** Paths within the context; the builder gets only these. Default: the whole context. */
  only?: string[];
  buildArgs: Record<string, string>;
  target?: string;
}

export interface BuildImageOptions {
  signal?: AbortSignal;
  /** Called with each line of the builder's output. */
  onOutput?: (line: string) => void;
}

/** An image that is not written yet, or the builder's messages when the build failed. */
export type MadeImage = { tag: string; config: Buffer; layers: Layer[] } | { diagnostics: string };
