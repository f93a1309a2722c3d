import { describe, expect, it } from 'vitest';
import { configUses } from './config-uses.js';
import { deployment } from './workload.fixture.js';

const settings = { kind: 'ConfigMap', name: 'settings' };
const password = { kind: 'Secret', name: 'password' };

/** A Deployment whose container has these fields, with these volumes. */
function using(container: Record<string, unknown>, volumes: Record<string, unknown>[] = []) {
  const object = deployment('app', container);
  object['spec'].template.spec.volumes = volumes;
  return object;
}
const mount = (more = {}) => ({ volumeMounts: [{ name: 'v', mountPath: '/etc/v', ...more }] });
const env = (key: string, name: string) => ({ env: [{ name: 'A', valueFrom: { [key]: { name, key: 'a' } } }] });

describe('configUses', () => {
  it.each<[string, Parameters<typeof configUses>, string[]]>([
    ['env', [using(env('configMapKeyRef', 'settings')), settings], ['env']],
    ['envFrom', [using({ envFrom: [{ configMapRef: { name: 'settings' } }] }), settings], ['envFrom']],
    [
      'a file mounted by subPath',
      [using(mount({ subPath: 'a' }), [{ name: 'v', configMap: settings }]), settings],
      ['subPath'],
    ],
    [
      'a file mounted by subPathExpr',
      [using(mount({ subPathExpr: '$(A)' }), [{ name: 'v', configMap: settings }]), settings],
      ['subPath'],
    ],
    ['a folder', [using(mount(), [{ name: 'v', configMap: settings }]), settings], ['files']],
    [
      'a projected file',
      [using(mount({ subPath: 'a' }), [{ name: 'v', projected: { sources: [{ configMap: settings }] } }]), settings],
      ['subPath'],
    ],
    ['env of a Secret', [using(env('secretKeyRef', 'password')), password], ['env']],
    ['envFrom of a Secret', [using({ envFrom: [{ secretRef: { name: 'password' } }] }), password], ['envFrom']],
    [
      'a file of a Secret',
      [using(mount({ subPath: 'a' }), [{ name: 'v', secret: { secretName: 'password' } }]), password],
      ['subPath'],
    ],
    [
      'a projected folder of a Secret',
      [using(mount(), [{ name: 'v', projected: { sources: [{ secret: { name: 'password' } }] } }]), password],
      ['files'],
    ],
  ])('%s is found', (_, [object, config], uses) => expect(configUses(object, config)).toEqual(uses));

  it('what only an init container has read counts as read at the start', () => {
    const object = using({}, [{ name: 'v', configMap: settings }]);
    object['spec'].template.spec.initContainers = [{ name: 'init', ...mount() }];
    expect(configUses(object, settings)).toEqual(['init']);
  });

  it('a Secret is not taken for a ConfigMap of the same name, and a volume without a mount is not used', () => {
    expect(configUses(using(env('configMapKeyRef', 'same')), { kind: 'Secret', name: 'same' })).toEqual([]);
    expect(configUses(using({}, [{ name: 'v', configMap: settings }]), settings)).toEqual([]);
  });
});
