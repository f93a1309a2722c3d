import { createRequire } from 'node:module';
import { NX_VERSION, type ExecutorContext } from '@nx/devkit';
import { diagnosisLines } from '../../doctor/diagnosis.js';
import { examine } from '../../doctor/examine.js';
import type { SecretsOfTarget } from '../../doctor/rights.js';
import { print } from '../../nx/print.js';
import { projectOf } from '../../nx/project.js';
import { runExecutor } from '../../nx/run-executor.js';
import { targetsOf } from '../../nx/sibling-target.js';
import { withSettings } from '../../nx/with-settings.js';
import { needsOf } from '../../requirements/needs.js';
import { requiredCommands } from '../dev/nx-required-commands.js';
import { fluxTargets } from '../flux/nx-flux-targets.js';
import { imageFor } from '../image-build/nx-image-for.js';
import { deployOptions } from '../kustomize-apply/nx-deploy-target.js';
import { connectOptions } from '../nx-cluster.js';
import { filledOptions, filledSiblingOptions } from '../nx-options.js';
import type { DoctorOptions } from './schema.js';

export default withSettings(doctor);

interface PackageJson {
  engines: { node: string };
  peerDependencies: { nx: string };
}

function doctor(given: DoctorOptions, context: ExecutorContext): Promise<{ success: boolean }> {
  const options = filledOptions('doctor', given);
  return runExecutor(async (signal) => {
    const project = projectOf(context);
    const apply = filledSiblingOptions(context, 'kustomize-apply', options.kustomizeApply);
    const flux = fluxTargets(context);
    const { engines, peerDependencies } = createRequire(import.meta.url)('../../../package.json') as PackageJson;
    const diagnoses = await examine({
      deploy: deployOptions(project, options.kustomizeApply, apply),
      imageFor: imageFor(context, options.imageBuild),
      connect: connectOptions(options, context),
      needs: [...requiredCommands(options, context), ...needsOf({ flux })],
      secrets: secretsOf(context),
      installsFlux: flux.length > 0,
      versions: { nx: NX_VERSION, nxRange: peerDependencies.nx, node: process.versions.node, nodeRange: engines.node },
      goarch: filledSiblingOptions(context, 'go-build', options.goBuild).goarch,
      signal,
    });
    const ok = diagnoses.every(({ verdict }) => verdict !== 'fail');
    if (options.output === 'json') print(JSON.stringify({ project: project.name, ok, checks: diagnoses }));
    else diagnosisLines(diagnoses).forEach(print);
    return ok;
  });
}

/** Where the enabled targets of the project make Secrets. */
function secretsOf(context: ExecutorContext): SecretsOfTarget[] {
  return targetsOf('@nx-kube/executors:secrets', context).flatMap((target) => {
    const options = filledSiblingOptions(context, 'secrets', target);
    const { enabled, secrets = {}, namespace, createNamespaces } = options;
    const namespaces = Object.values(secrets).map((secret) => secret.namespace ?? namespace);
    return enabled ? [{ namespaces, createNamespaces }] : [];
  });
}
