import { NxKubeError } from '@nx-kube/cluster';

export interface BinaryImage {
  baseImage: string;
  /** Name of the binary in the context. */
  binary: string;
  /** Absolute path of the binary in the image. */
  binaryPath: string;
  /** Whether the binary is the CMD of an image without an ENTRYPOINT. */
  asCmd?: boolean;
  user: string;
  labels: Record<string, string>;
}

/**
 * Makes a Dockerfile that copies a binary onto a base image. Pure.
 *
 * @throws NxKubeError (configuration) when `baseImage` is not a reference to an image
 */
export function generatedDockerfile({ baseImage, binary, binaryPath, asCmd, user, labels }: BinaryImage): string {
  if (!/^[^\s$]+$/.test(baseImage)) {
    throw new NxKubeError('configuration', `"baseImage": "${baseImage}" is not a reference to an image.`, {
      next: 'Write it as name[:tag][@digest], such as gcr.io/distroless/static:nonroot.',
    });
  }
  const lines = [
    `FROM ${baseImage}`,
    `COPY ${JSON.stringify([binary, binaryPath])}`,
    ...Object.entries(labels).map(([name, value]) => `LABEL ${quoted(name)}=${quoted(value)}`),
    `USER ${user}`,
    ...(asCmd
      ? ['ENTRYPOINT []', `CMD ${JSON.stringify([binaryPath])}`]
      : [`ENTRYPOINT ${JSON.stringify([binaryPath])}`]),
  ];
  return `${lines.join('\n')}\n`;
}

/** Quotes a text for a Dockerfile, in which a dollar begins a variable also within quotes. */
function quoted(text: string): string {
  return JSON.stringify(text).replaceAll('$', '\\$');
}
