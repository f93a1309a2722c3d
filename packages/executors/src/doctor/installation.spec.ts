import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { agentBinary } from '../agent/binaries.js';
import { diagnosisLines, fail, ok } from './diagnosis.js';
import { diagnoseAgent, diagnoseVersions } from './installation.js';

describe('diagnoseVersions', () => {
  const ranges = { nxRange: '>=23.0.0 <25.0.0', nodeRange: '>=20.20.0' };

  it('supported versions of Nx and Node.js are ok', () => {
    const diagnoses = diagnoseVersions({ nx: '24.0.6', node: '20.20.0', ...ranges });
    expect(diagnoses.map(({ verdict }) => verdict)).toEqual(['ok', 'ok']);
  });

  it('an unsupported Nx is a warning, and an unsupported Node.js a failure', () => {
    const diagnoses = diagnoseVersions({ nx: '25.0.0', node: '18.19.0', ...ranges });
    expect(diagnoses).toMatchObject([
      { check: 'nx', verdict: 'warn', message: '25.0.0 is not among the supported versions >=23.0.0 <25.0.0' },
      { check: 'node', verdict: 'fail', message: '18.19.0 is not among the supported versions >=20.20.0' },
    ]);
  });
});

describe('diagnoseAgent', () => {
  it('a missing program of nx-kube is a failure with the way to get it', () => {
    expect(diagnoseAgent({ agent: () => '/agent' })).toMatchObject({ verdict: 'ok', message: 'agent: found' });
    const none = join(tmpdir(), 'none');
    expect(diagnoseAgent({ agent: () => agentBinary('amd64', none) })).toMatchObject({
      verdict: 'fail',
      message: expect.stringContaining(`${none}/linux-amd64/nx-kube-agent is missing`),
      next: expect.stringContaining('nx run agent:build'),
    });
  });
});

describe('diagnosisLines', () => {
  it('the report has one line for each check, in columns, with the next step below', () => {
    expect(diagnosisLines([ok('go', 'go 1.26.8'), fail('registry', 'does not answer', 'Start it.')])).toEqual([
      'ok    go        go 1.26.8',
      'fail  registry  does not answer',
      '                → Start it.',
    ]);
  });
});
