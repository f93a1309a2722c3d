import { createHmac, randomBytes } from 'node:crypto';
import { explain, type Change, type Cluster } from '@nx-kube/cluster';
import type { Dependents } from '../../events/events.js';
import { applySecrets, nothingChanged, type ApplySecretsOptions } from '../../secrets/apply/apply-secrets.js';
import { dependentsOf } from '../../secrets/apply/dependents.js';
import { readSecrets, type ReadSecrets, type ReadSecretsOptions } from '../../secrets/read/read-secrets.js';
import { mistakesError } from '../../settings/mistake.js';
import type { LoopTarget } from './loop-target.js';
import { retryWithNotice, type RetryNotice } from './retry-with-notice.js';

/** A target that makes Secrets. */
export interface SecretsTargetOptions {
  target: string;
  specs: unknown;
  read: ReadSecretsOptions;
  apply: Pick<ApplySecretsOptions, 'set' | 'createNamespaces' | 'force'>;
  /** Absolute paths of the files and folders that the Secrets are made from. */
  paths: readonly string[];
}

export interface SecretsTargetParts {
  cluster: Cluster;
  /** Returns the present options: a developer's settings may change them. */
  now: () => SecretsTargetOptions;
  patience: RetryNotice;
  onApplied: (changes: Change[], dependents: Dependents) => Promise<void>;
}

/** The project's Secrets: made from files and variables, compared by a keyed digest, and applied. */
export function secretsTarget({ cluster, now, patience, onApplied }: SecretsTargetParts): LoopTarget<ReadSecrets> {
  // A plain digest of a short value would let a reader guess the value.
  const key = randomBytes(32);
  return {
    target: now().target,
    triesAgain: true,
    async make() {
      const { specs, read, apply } = now();
      const made = await readSecrets(specs, read);
      if (made.mistakes.length) return { ok: false, message: explain(mistakesError(made.mistakes, nothingChanged)) };
      const digest = createHmac('sha256', key).update(JSON.stringify([made.secrets, apply]));
      return { ok: true, digest: digest.digest('hex'), content: made };
    },
    async deliver({ secrets, redactor }, signal) {
      const started = performance.now();
      const apply = () => applySecrets(cluster, secrets, { ...now().apply, redactor, signal });
      const changes = await retryWithNotice(apply, patience, signal);
      await onApplied(changes, await dependentsOf(cluster, changes, { signal }));
      return { syncMs: performance.now() - started, changes };
    },
  };
}
