import { describe, expect, it } from 'vitest';
import { deployment } from '../workload/workload.fixture.js';
import { forwardTargets, type PortForwardSpec } from './port-forward-options.js';

const withSelector = (name: string) => {
  const object = deployment(name);
  object['spec'].selector = { matchLabels: { app: name, tier: 'x' } };
  return object;
};
const main = withSelector('main');
const objects = [main, withSelector('registry')];
const resolve = (...specs: PortForwardSpec[]) => forwardTargets(specs, main, objects, 'default');

describe('forwardTargets', () => {
  it('a forward leads to the workload under development from the same local port by default', () =>
    expect(resolve({ port: 8080 })).toEqual([
      {
        name: 'Deployment/demo/main:8080',
        pods: {
          namespace: 'demo',
          labelSelector: 'app=main,tier=x',
          workload: { apiVersion: 'apps/v1', kind: 'Deployment', namespace: 'demo', name: 'main' },
        },
        port: 8080,
        localPort: 8080,
        host: '127.0.0.1',
      },
    ]));
  it('a forward leads to another workload or to pods by label', () =>
    expect(
      resolve(
        { port: 5000, localPort: 0, workload: 'registry' },
        { port: 5000, selector: 'app=registry', namespace: 'other', host: '::1' },
      ),
    ).toMatchObject([
      { name: 'Deployment/demo/registry:5000', pods: { labelSelector: 'app=registry,tier=x' }, localPort: 0 },
      {
        name: 'app=registry:5000',
        pods: { namespace: 'other', labelSelector: 'app=registry' },
        ...{ localPort: 5000, host: '::1' },
      },
    ]));

  it('a forward leads to a workload whose selector has only expressions', () => {
    const object = deployment('main');
    object['spec'].selector = { matchExpressions: [{ key: 'app', operator: 'In', values: ['main', 'other'] }] };
    expect(forwardTargets([{ port: 1 }, { port: 2, workload: 'main' }], object, [object], 'default')).toMatchObject([
      { pods: { labelSelector: 'app in (main,other)' } },
      { pods: { labelSelector: 'app in (main,other)' } },
    ]);
  });

  it('a workload without a selector is refused by its name', () =>
    expect(() => forwardTargets([{ port: 1 }], deployment('main'), [], 'default')).toThrow(
      'Deployment/demo/main has no "spec.selector" for its pods.',
    ));
  it('an unknown workload and a workload beside a selector are refused with the option', () => {
    expect(() => resolve({ port: 1 }, { port: 1, workload: 'x' })).toThrow(
      'portForwards[1].workload: the workload "x" does not exist.',
    );
    expect(() => resolve({ port: 1, workload: 'main', selector: 'a=b' })).toThrow(
      'portForwards[0] has both "workload" and "selector".',
    );
  });
});
