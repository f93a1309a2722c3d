import { createRequire } from 'node:module';
import { NX_VERSION, type ExecutorContext } from '@nx/devkit';
import { diagnosisLines } from '../../doctor/diagnosis.js';
import { examine } from '../../doctor/examine.js';
import type { SecretsOfTarget } from '../../doctor/rights.js';
import { print } from '../../nx/print.js';
import { projectOf } from '../../nx/project.js';
import { runExecutor } from '../../nx/run-executor.js';
import { siblingOptions, targetsOf } from '../../nx/sibling-target.js';
import { withSettings } from '../../nx/with-settings.js';
import { needsOf } from '../../requirements/needs.js';
import { requiredCommands } from '../dev/nx-required-commands.js';
import { fluxTargets } from '../flux/nx-flux-targets.js';
import type { GoBuildOptions } from '../go-build/schema.js';
import { clusterOptions, deployOptions } from '../kustomize-apply/nx-deploy-target.js';
import type { KustomizeApplyOptions } from '../kustomize-apply/schema.js';
import type { SecretsOptions } from '../secrets/schema.js';
import type { DoctorOptions } from './schema.js';

export default withSettings(doctor);

interface PackageJson {
  engines: { node: string };
  peerDependencies: { nx: string };
}

function doctor(options: DoctorOptions, context: ExecutorContext): Promise<{ success: boolean }> {
  return runExecutor(async (signal) => {
    const { goBuild = 'go-build', kustomizeApply = 'kustomize-apply', output = 'text' } = options;
    const project = projectOf(context);
    const apply = siblingOptions<KustomizeApplyOptions>(context, 'kustomizeApply', kustomizeApply);
    const flux = fluxTargets(context);
    const { engines, peerDependencies } = createRequire(import.meta.url)('../../../package.json') as PackageJson;
    const diagnoses = await examine({
      deploy: deployOptions(project, apply),
      connect: clusterOptions(options, apply),
      needs: [...requiredCommands(options, context), ...needsOf({ flux })],
      secrets: secretsOf(context),
      installsFlux: flux.length > 0,
      versions: { nx: NX_VERSION, nxRange: peerDependencies.nx, node: process.versions.node, nodeRange: engines.node },
      goarch: siblingOptions<GoBuildOptions>(context, 'goBuild', goBuild).goarch,
      signal,
    });
    const ok = diagnoses.every(({ verdict }) => verdict !== 'fail');
    if (output === 'json') print(JSON.stringify({ project: project.name, ok, checks: diagnoses }));
    else diagnosisLines(diagnoses).forEach(print);
    return ok;
  });
}

/** Where the enabled targets of the project make Secrets. */
function secretsOf(context: ExecutorContext): SecretsOfTarget[] {
  return targetsOf('@nx-kube/executors:secrets', context).flatMap((target) => {
    const options = siblingOptions<SecretsOptions>(context, 'targets', target);
    const { enabled = true, secrets = {}, namespace, createNamespaces = true } = options;
    const namespaces = Object.values(secrets).map((secret) => secret.namespace ?? namespace);
    return enabled ? [{ namespaces, createNamespaces }] : [];
  });
}
