import { describe, expect, it } from 'vitest';
import { apiErrorOf, isCertificateProblem, noAnswer } from './status-error.js';

const deployment = { apiVersion: 'apps/v1', kind: 'Deployment', namespace: 'n', name: 'd' };
const secret = { apiVersion: 'v1', kind: 'Secret', namespace: 'n', name: 's' };

function statusBody(status: object): string {
  return JSON.stringify({ kind: 'Status', ...status });
}

describe('apiErrorOf', () => {
  it.each([
    [403, statusBody({ reason: 'Forbidden', message: 'no' }), 'configuration', 'Forbidden', 'Deployment/n/d: no.'],
    [404, statusBody({ reason: 'NotFound', message: 'gone' }), 'configuration', 'NotFound', 'Deployment/n/d: gone.'],
    [
      422,
      statusBody({ reason: 'Invalid', message: 'Deployment.apps "d" is invalid: spec.replicas: Invalid value: -1' }),
      'configuration',
      'Invalid',
      'Deployment/n/d: spec.replicas: Invalid value: -1.',
    ],
    [503, 'upstream went away', 'cluster', 'ServiceUnavailable', 'Deployment/n/d: ServiceUnavailable.'],
    [500, '<html>secret</html>', 'cluster', 'InternalError', 'Deployment/n/d: InternalError.'],
    [418, '{}', 'configuration', 'HTTP 418', 'Deployment/n/d: HTTP 418.'],
    [
      500,
      statusBody({
        message: 'failed to create typed patch object (n/d; apps/v1, Kind=Deployment): .spec.x: field not declared',
      }),
      'configuration',
      'Invalid',
      'Deployment/n/d: .spec.x: field not declared.',
    ],
  ])('the answer %i %s becomes an error with culprit, reason and message', (status, body, culprit, reason, message) => {
    expect(apiErrorOf({ status, body }, { method: 'GET', path: '/x', subject: deployment })).toMatchObject({
      culprit,
      reason,
      message,
    });
  });

  it('an answer 500 about a wrong field is a configuration error', () => {
    const body = statusBody({
      message: 'failed to convert new object (n/d; apps/v1, Kind=Deployment) to proper version: bad',
    });
    expect(apiErrorOf({ status: 500, body }, { method: 'PATCH', path: '/x', subject: deployment })).toMatchObject({
      status: 422,
      message: 'Deployment/n/d: bad.',
    });
  });

  it.each([
    [undefined, undefined, undefined],
    ['3', undefined, 3000],
    ['', 5, 5000],
    ['nonsense', undefined, undefined],
    [new Date(Date.now() - 1000).toUTCString(), undefined, 0],
  ])(
    'an answer with Retry-After %j and %j seconds in its details asks for %j ms',
    (retryAfter, retryAfterSeconds, ms) => {
      const body = statusBody({ details: { retryAfterSeconds } });
      expect(apiErrorOf({ status: 429, body, retryAfter }, { method: 'GET', path: '/' }).retryAfterMs).toBe(ms);
    },
  );
});

describe('apiErrorOf for a Secret', () => {
  it.each([
    [
      422,
      {
        reason: 'Invalid',
        message: 'Secret "s" is invalid: data[bad key]: Invalid value: "hunter2"',
        details: { causes: [{ field: 'data[bad key]', message: 'Invalid value: "hunter2"' }] },
      },
      /\(Invalid\) at data\[bad key\]/,
    ],
    [
      500,
      {
        message:
          'failed to create typed patch object (n/s; /v1, Kind=Secret): .data.password: expected string, got &value{"hunter2"}',
      },
      /at \.data\.password/,
    ],
    [
      500,
      {
        message: 'failed to convert new object (n/s; /v1, Kind=Secret) to proper version: illegal base64 data hunter2',
      },
      /not base64/,
    ],
    [
      422,
      {
        reason: 'Invalid',
        message: 'Secret "s" is invalid: data: Forbidden: field is immutable when `immutable` is set hunter2',
      },
      /immutable/,
    ],
  ])('the error for an answer %i names fields and no values', (status, answer, message) => {
    for (const about of [{ subject: secret }, { path: '/api/v1/namespaces/n/secrets/s' }]) {
      const error = apiErrorOf({ status, body: statusBody(answer) }, { method: 'PATCH', path: '/x', ...about });
      expect(error.message).toMatch(message);
      expect(`${error.message}${JSON.stringify(error)}${error.stack}`).not.toContain('hunter2');
    }
  });

  it.each([
    'Secret "s" is invalid: type: Invalid value: "data.hunter2": must be a qualified name',
    'Secret "s" is invalid: type: Unsupported value: "metadata[hunter2]": no such type',
    'failed to create typed patch object (n/s; /v1, Kind=Secret): .data.token: expected string, got &value{"data.hunter2"}',
  ])('the error takes no word of a value for a field: %s', (message) => {
    const body = statusBody({ reason: 'Invalid', message });
    const error = apiErrorOf({ status: 422, body }, { method: 'PATCH', path: '/x', subject: secret });
    expect(error.message).not.toContain('hunter2');
    expect(error.message).toMatch(/ at (?:type|\.data\.token);/);
  });

  it('the error keeps for each cause whether the field is immutable, which decides about recreation', () => {
    const causes = [
      { field: 'type', message: 'Invalid value: "hunter2": field is immutable' },
      { field: 'data', message: 'Forbidden: field is immutable when `immutable` is set' },
      { field: 'metadata.labels', message: 'Invalid value: "hunter2"' },
    ];
    const body = statusBody({ reason: 'Invalid', message: 'x', details: { causes } });
    const error = apiErrorOf({ status: 422, body }, { method: 'PATCH', path: '/x', subject: secret });
    expect(error.causes).toEqual([
      { field: 'type', message: 'field is immutable' },
      { field: 'data', message: 'field is immutable' },
      { field: 'metadata.labels' },
    ]);
  });

  it("the error keeps the server's message where it cannot hold values", () => {
    const body = statusBody({ reason: 'Forbidden', message: 'secrets is forbidden: User "x" cannot patch' });
    expect(apiErrorOf({ status: 403, body }, { method: 'PATCH', path: '/x', subject: secret }).message).toContain(
      'User "x"',
    );
  });

  it('a long message about a Secret is not cut, because a cut through a value would defeat redaction', () => {
    const body = statusBody({ reason: 'Forbidden', message: `${'x'.repeat(1995)} hunter2` });
    const messageAbout = (subject: typeof secret) =>
      apiErrorOf({ status: 403, body }, { method: 'PATCH', path: '/x', subject }).message;
    expect(messageAbout(secret)).toMatch(/x hunter2\.$/);
    expect(messageAbout(deployment)).toMatch(/x hunt\.$/);
  });
});

describe('noAnswer', () => {
  it.each([
    [{ code: 'ECONNREFUSED' }, 'ECONNREFUSED', false],
    [{ cause: { code: 'ECONNRESET' } }, 'ECONNRESET', false],
    [{ errors: [{ code: 'ETIMEDOUT' }] }, 'ETIMEDOUT', false],
    [{}, 'NoAnswer', false],
    [{ code: 'SELF_SIGNED_CERT_IN_CHAIN' }, 'SELF_SIGNED_CERT_IN_CHAIN', true],
    [{ code: 'UNABLE_TO_VERIFY_LEAF_SIGNATURE' }, 'UNABLE_TO_VERIFY_LEAF_SIGNATURE', true],
    [{ code: 'ERR_TLS_CERT_ALTNAME_INVALID' }, 'ERR_TLS_CERT_ALTNAME_INVALID', true],
  ])('a request that got no answer because of %j has the reason %s', (cause, reason, certificate) => {
    const error = noAnswer('https://s', cause);
    expect(error).toMatchObject({ status: 0, reason, culprit: certificate ? 'configuration' : 'cluster' });
    expect(isCertificateProblem(error)).toBe(certificate);
  });
});
