import { describe, expect, it } from 'vitest';
import type { ImageUse } from '../../workload/image.js';
import { ImageRenewal } from './image-renewal.js';

const subject = 'Deployment/demo/app';
const migrate: ImageUse = { subject, field: 'initContainers[migrate].image', as: 'container', isOwn: false };
const env: ImageUse = { subject, field: 'env.0.value', as: 'value', isOwn: true };

describe('ImageRenewal', () => {
  const applied = (...uses: ImageUse[]) => {
    const renewal = new ImageRenewal();
    renewal.onBuilt('one');
    renewal.applying()(uses);
    return renewal;
  };

  it('a new binary renews the image only where something else runs it', () => {
    expect(applied().onBuilt('two')).toEqual({ type: 'none' });
    expect(applied(migrate).onBuilt('one')).toEqual({ type: 'none' });
    expect(applied(migrate, env).onBuilt('two')).toEqual({ type: 'renew' });
  });

  it('an image that only the container itself names is not renewed, and is reported once', () => {
    const renewal = applied(env);
    expect(renewal.onBuilt('two')).toEqual({ type: 'keep', uses: ['Deployment/demo/app: env.0.value'] });
    expect(renewal.onBuilt('three')).toEqual({ type: 'none' });
  });

  it('a binary that is built during an apply renews the image again', () => {
    const renewal = applied(migrate);
    const done = renewal.applying();
    renewal.onBuilt('two');
    done([migrate]);
    expect(renewal.onBuilt('two')).toEqual({ type: 'renew' });
  });

  it('manifests depend on the binary only where something else uses the image', () => {
    expect(applied().binary).toBeUndefined();
    expect(applied(env).binary).toBe('one');
  });
});
