import { describe, expect, it } from 'vitest';
import { nameComplaint } from '../secrets/spec/names.js';
import { secretsSetOf } from './apply-set-names.js';

const nameOf = (target: string, project = 'one') => secretsSetOf(project, target, { namespace: 'n' }).name;

describe('secretsSetOf', () => {
  it('a secrets set lies in the context’s namespace and is named after its project, and after a target other than “secrets”', () => {
    expect(secretsSetOf('one', 'secrets', { namespace: 'n' })).toEqual({ name: 'nx-kube-one.secrets', namespace: 'n' });
    expect(nameOf('registry')).toBe('nx-kube-one.secrets.registry');
    expect(nameOf('more-secrets', 'Team/One')).toBe('nx-kube-team-one.secrets.more-secrets');
  });

  it('two targets have two secrets sets, also where their names differ only in characters that a Secret’s name cannot hold', () => {
    const targets = ['secrets', 'Secrets', 'more-secrets', 'more:secrets', 'more_secrets', 'more.secrets', '-', '::'];
    const names = targets.map((target) => nameOf(target));
    expect(new Set(names).size).toBe(targets.length);
    expect(names.map(nameComplaint)).toEqual(targets.map(() => undefined));
  });
});
