import { chmodSync, existsSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';

/** Debian runs this program before it starts a service. */
const POLICY = '/usr/sbin/policy-rc.d';
const CONTENT = '#!/bin/sh\n# Temporary file of nx-kube: no service starts while packages are installed.\nexit 101\n';

/** The place of an administrator's own policy while ours is active. */
const asideOf = (policy: string) => `${policy}.nx-kube`;

/**
 * Runs `install` without starting the services of the packages. An administrator's own policy is moved aside and
 * restored.
 */
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

/** Undoes the changes of `withoutServiceStarts`, also after a killed run. Does nothing if there are none. */
export function restoreServiceStarts(policy = POLICY): void {
  if (existsSync(policy) && readFileSync(policy, 'utf8') === CONTENT) rmSync(policy);
  // A policy that was created in the meantime is newer and stays.
  if (existsSync(asideOf(policy)) && !existsSync(policy)) renameSync(asideOf(policy), policy);
}
