import { mkdirSync, readlinkSync, renameSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import type { Layout } from '../config/layout.js';
import type { Build } from './builds.js';

const NAMES = [
  'certificates',
  'coredns',
  'etcd',
  'image',
  'kube-apiserver',
  'kube-controller-manager',
  'kube-proxy',
  'kube-scheduler',
  'kubectl',
  'kubelet',
  'kustomize',
];

/**
 * Links all names of the program to the build. Each link is replaced atomically, because users have the folder on their
 * path.
 */
export function linkPrograms(layout: Layout, build: Build): void {
  mkdirSync(layout.bin, { recursive: true });
  const target = join(build.folder, 'nx-kube-local');
  for (const name of NAMES) {
    const link = join(layout.bin, name);
    if (readLink(link) === target) continue;
    const temporary = join(layout.bin, `.${name}-${process.pid}`);
    symlinkSync(target, temporary);
    renameSync(temporary, link);
  }
}

function readLink(path: string): string | undefined {
  try {
    return readlinkSync(path);
  } catch {
    return undefined;
  }
}
