import { describe, expect, it } from 'vitest';
import { logDecision } from './log-decision.js';
import type { Decision } from './plan/schedule.js';

function print(does: Decision['does'], env: Record<string, string>): string {
  let printed = '';
  const write = (text: string) => void (printed += text);
  logDecision({ does, target: 'go-build', reason: 'edit 3 changed main.go' }, { env, write });
  return printed;
}

describe('logDecision', () => {
  it.each<[Decision['does'], string]>([
    ['run', 'nx-kube: go-build runs: edit 3 changed main.go\n'],
    ['wait', 'nx-kube: go-build waits: edit 3 changed main.go\n'],
    ['collect', 'nx-kube: go-build collects the edit: edit 3 changed main.go\n'],
    ['drop', 'nx-kube: go-build is dropped from the queue: edit 3 changed main.go\n'],
  ])('a decision to %s is printed in one line with its reason where NX_KUBE_LOG is debug', (does, line) =>
    expect(print(does, { NX_KUBE_LOG: 'debug' })).toBe(line),
  );

  it('a decision is not printed where NX_KUBE_LOG is unset or has another value', () => {
    expect(print('run', {})).toBe('');
    expect(print('run', { NX_KUBE_LOG: 'info' })).toBe('');
  });
});
