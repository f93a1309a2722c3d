import type { TargetConfiguration } from '@nx/devkit';
import { over, variants } from '../controller/configured-options.js';
import { imageInputs } from '../controller/image-inputs.js';
import type { TargetOptions } from '../files/readers.js';
import type { ControllerContext } from './context.js';
import { binaries, images, manifests, outputsOf, readBy } from './places.js';
import { filesetOf, withReads } from './reads.js';
import { executorHelp, metadata, toolVersion } from './target.js';

export function imageBuildTarget(context: ControllerContext): TargetConfiguration {
  const { project, names, configured, imageHidden: hidden } = context;
  // The image for debugging is the same image: only the path of its binary differs.
  const { options, configurations } = [
    { options: { output: images(context).path }, configurations: { release: { release: true } } },
    readBy('binary', binaries(context)),
    readBy('manifests', manifests(context)),
  ].reduce<TargetOptions>(over, { options: {}, configurations: {} });
  const target = {
    executor: '@nx-kube/executors:image-build',
    cache: true,
    dependsOn: [names.goBuild!, names.kustomizeBuild!],
    inputs: [
      ...imageInputs(variants(over({ options, configurations }, configured.imageBuild)), context),
      // The image has the platform of the binary.
      { runtime: 'go env GOOS GOARCH' },
      toolVersion,
    ],
    outputs: outputsOf(images(context), context),
    ...{ options, configurations },
    metadata: metadata('Builds the container image as an OCI archive', executorHelp(project, names.imageBuild!), {
      options: { dockerfile: 'Dockerfile' },
    }),
  };
  return withReads(target, { alsoReads: hidden.length ? [filesetOf(hidden.map(({ path }) => path))] : [], hidden });
}
