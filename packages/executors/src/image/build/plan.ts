import type { Layer } from '../archive/layer.js';
import type { BuilderName } from './builder.js';

/** What image is built. Paths are absolute. */
export interface ImageBuild {
  /** Name of the image, without registry and tag. */
  name: string;
  /** Folder for `image.tar` and `image.json`. */
  output: string;
  /** The program. With a Dockerfile it is only what the tag does not depend on. */
  binary: string;
  /** Whether the tag depends on the binary too, as it must for images that are shipped. Default: false. */
  release?: boolean;
  /** Default: the first that works. Not used for an image from scratch. */
  builder?: BuilderName;
  from: FromBinary | FromDockerfile;
}

/** An image with nothing in it but the base and the binary. */
export interface FromBinary {
  /** `scratch` needs no builder. */
  baseImage: string;
  /** Absolute path of the binary in the image. */
  binaryPath: string;
  /** `uid` or `uid:gid`. */
  user: string;
  labels: Record<string, string>;
}

/** An image from the user's own Dockerfile. */
export interface FromDockerfile {
  dockerfile: string;
  context: string;
  /** Paths within the context; only these are given to the builder. Default: all of the context. */
  only?: string[];
  buildArgs: Record<string, string>;
  target?: string;
}

export interface BuildImageOptions {
  signal?: AbortSignal;
  /** Each line of the builder, as it comes. */
  onOutput?: (line: string) => void;
}

/** An image that has been made but not yet written, or what the builder said where it could not be made. */
export type MadeImage = { tag: string; config: Buffer; layers: Layer[] } | { diagnostics: string };
