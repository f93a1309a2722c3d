import type { ExecutorContext } from '@nx/devkit';
import { ownerOf, secretsSetOf, usualTarget } from '../../deploy/apply-set-names.js';
import { print } from '../../nx/print.js';
import { projectOf } from '../../nx/project.js';
import { runExecutor } from '../../nx/run-executor.js';
import { withSettings } from '../../nx/with-settings.js';
import { secretLines } from '../../report/secret-lines.js';
import { applySecrets, nothingChanged } from '../../secrets/apply/apply-secrets.js';
import { dependentsOf } from '../../secrets/apply/dependents.js';
import { readSecrets } from '../../secrets/read/read-secrets.js';
import { requireNoMistakes } from '../../settings/mistake.js';
import { withCluster, withOptionalApply } from '../nx-cluster.js';
import { filledOptions } from '../nx-options.js';
import type { SecretsOptions } from './schema.js';

export default withSettings(secrets);

function secrets(given: SecretsOptions, context: ExecutorContext): Promise<{ success: boolean }> {
  const options = filledOptions('secrets', given);
  return runExecutor(async (signal) => {
    const { name, directory: projectDirectory, workspaceRoot } = projectOf(context);
    const { enabled, namespace, createNamespaces, force, dryRun } = options;
    if (!enabled) {
      print('Secrets are off. Set the option "enabled" to make them.');
      return true;
    }
    const read = await readSecrets(options.secrets, { projectDirectory, env: process.env, namespace });
    requireNoMistakes(read.mistakes, nothingChanged);
    return await withCluster(withOptionalApply(options, context), context, async (cluster) => {
      const changes = await applySecrets(cluster, read.secrets, {
        set: secretsSetOf(name, context.targetName ?? usualTarget, cluster, ownerOf(workspaceRoot)),
        ...{ redactor: read.redactor, createNamespaces, force, dryRun, signal },
      });
      secretLines(changes, await dependentsOf(cluster, changes, { signal })).forEach(print);
      if (dryRun) print('Dry run: nothing was written.');
      return true;
    });
  });
}
