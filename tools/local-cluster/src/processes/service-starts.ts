import { chmodSync, existsSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';

/** Debian asks this program before it starts a service. */
const POLICY = '/usr/sbin/policy-rc.d';
const CONTENT = '#!/bin/sh\n# Temporary, by nx-kube: nothing is started while packages are installed.\nexit 101\n';

/** Where an administrator's own policy is kept while ours is in its place. */
const asideOf = (policy: string) => `${policy}.nx-kube`;

/** Installs packages without their services being started. An administrator's own policy is put aside and comes back. */
export async function withoutServiceStarts(install: () => Promise<void>, policy = POLICY): Promise<void> {
  restoreServiceStarts(policy);
  if (existsSync(policy)) renameSync(policy, asideOf(policy));
  writeFileSync(policy, CONTENT);
  chmodSync(policy, 0o755);
  try {
    await install();
  } finally {
    restoreServiceStarts(policy);
  }
}

/** Undoes what an install, maybe one that was killed, has left of ours. Without anything of ours it does nothing. */
export function restoreServiceStarts(policy = POLICY): void {
  if (existsSync(policy) && readFileSync(policy, 'utf8') === CONTENT) rmSync(policy);
  // One that somebody has made since is newer, and stays.
  if (existsSync(asideOf(policy)) && !existsSync(policy)) renameSync(asideOf(policy), policy);
}
