import type { TargetConfiguration } from '@nx/devkit';
import { posix } from 'node:path';
import type { ControllerContext } from './context.js';
import { debugBinary } from './go-build.js';
import { executorHelp, metadata, toolVersion } from './target.js';

/** Where `go-build` puts the binary that is shipped. */
export const releaseBinary = 'bin/release/manager';

export function imageBuildTarget({ project, root, names, imageInputs }: ControllerContext): TargetConfiguration {
  return {
    executor: '@nx-kube/executors:image-build',
    cache: true,
    dependsOn: [names.goBuild!, names.kustomizeBuild!],
    inputs: [
      // The binary of the day is swapped into the running pod, so only one that is shipped makes another image.
      { dependentTasksOutputFiles: `**/${releaseBinary}` },
      // The path of the binary in the image is the command of the workload.
      { dependentTasksOutputFiles: '**/manifests.yaml' },
      ...imageInputs,
      // The image is for the platform of the binary, whichever binary.
      { runtime: 'go env GOOS GOARCH' },
      toolVersion,
    ],
    outputs: ['{options.output}'],
    options: { output: posix.join('dist', root, 'image') },
    configurations: {
      release: { release: true, binary: releaseBinary },
      // The image for debugging is the same one: only its binary is known by another name here.
      debug: { binary: debugBinary },
    },
    metadata: metadata('Makes the container image, as an OCI archive', executorHelp(project, names.imageBuild!), {
      options: { dockerfile: 'Dockerfile' },
    }),
  };
}
