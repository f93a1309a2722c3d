import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { KubeObject } from '@nx-kube/cluster';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { ContentOptions } from '../../deploy/content.js';
import type { DeliveredImages } from '../../deploy/deliver-images.js';
import { fakeCluster } from '../../deploy/fake-cluster.fixture.js';
import { formatManifests } from '../../kustomize/format-manifests.js';
import { configMap, deployment } from '../../workload/workload.fixture.js';
import { kustomizeBuildTarget, type KustomizeBuildTargetParts } from './kustomize-build.js';

const namespace = (name: string): KubeObject => ({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } });
const widget: KubeObject = { apiVersion: 'demo.io/v1', kind: 'Widget', metadata: { name: 'w', namespace: 'demo' } };
const images: DeliveredImages = { image: { reference: 'registry/app:1', entrypoint: ['/manager'], cmd: [] } };
const never = new Promise<never>(() => {});

/** A target whose images never come, unless `parts` says otherwise. Its manifests have been rendered. */
async function targetOf(objects: KubeObject[], parts: Partial<KustomizeBuildTargetParts> = {}) {
  const { cluster } = await fakeCluster({ objects: [namespace('default'), namespace('demo')] });
  const folder = await mkdtemp(join(tmpdir(), 'nx-kube-spec-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const manifests = join(folder, 'm.yaml');
  await writeFile(manifests, formatManifests(objects));
  const deploy: ContentOptions = { project: 'app', manifests, image: folder, stateDirectory: folder };
  let rendered = 0;
  const target = kustomizeBuildTarget({
    ...{ target: 'kustomize-build', cluster, deploy: () => deploy, kustomization: { path: folder, output: manifests } },
    runner: { run: async () => ({ ok: true, output: '' }) },
    patience: { emit: () => {}, forMs: 0 },
    ...{ images: () => never, hasImages: () => false, imageFor: () => undefined, timeoutMs: () => 1000 },
    installers: { isBusy: () => false, idle: async () => {} },
    onRendered: () => (rendered += 1),
    ...{ beforeApply: async () => {}, onWorkload: async () => {}, onApplied: () => {} },
    ...parts,
  });
  return { made: target.make(new AbortController().signal), rendered: () => rendered };
}

describe('kustomizeBuildTarget (with a fake API server)', () => {
  it('everything that is wrong is said at once, before there is an image', async () => {
    const lost = { ...configMap, metadata: { name: 'lost', namespace: 'none' } };
    const { made, rendered } = await targetOf([deployment('a'), deployment('b'), lost, widget]);
    await expect(made).rejects.toThrow(
      /m\.yaml has 3 problems:\n.*several workloads.*\n.*\n.*does not know the kind Widget.*\n.*\n.*Namespace\/none is missing/,
    );
    // No image can be made for them.
    expect(rendered()).toBe(0);
  });

  it('a kind that another target of the loop may still install is checked when that target has ended', async () => {
    let end!: () => void;
    let isBusy = true;
    const ended = new Promise<void>((resolve) => (end = resolve));
    let ask!: () => void;
    const asked = new Promise<void>((resolve) => (ask = resolve));
    const { made, rendered } = await targetOf([deployment('a'), widget], {
      installers: {
        isBusy: () => isBusy,
        idle: () => {
          ask();
          return ended;
        },
      },
    });
    await asked;
    expect(rendered()).toBe(1);
    isBusy = false;
    end();
    await expect(made).rejects.toThrow('The cluster does not know the kind Widget of demo.io/v1: Widget/demo/w.');
  });

  it('an image that comes while another target still runs leaves the check to the apply', async () => {
    const { made } = await targetOf([deployment('a'), widget], {
      images: async () => images,
      installers: { isBusy: () => true, idle: () => never },
    });
    expect(await made).toMatchObject({ ok: true });
  });

  it('nothing is checked ahead where the images are there: the apply follows at once', async () => {
    const { made } = await targetOf([deployment('a'), widget], { hasImages: () => true, images: async () => images });
    expect(await made).toMatchObject({ ok: true });
  });
});
