import { ApiError, NxKubeError } from '@nx-kube/cluster';
import { describe, expect, it } from 'vitest';
import { redactError } from './redact-error.js';
import { Redactor } from './redact.js';

const secret = 'pa"ss\\w0rd+/?-Ünïcode';

function redactor(...values: (string | Buffer)[]): Redactor {
  const made = new Redactor();
  values.forEach((value) => made.register(value));
  return made;
}

describe('Redactor', () => {
  it('registered values are removed from any text', () => {
    expect(redactor(secret).redact(`a ${secret} b${secret}`)).toBe('a *** b***');
    expect(redactor(secret).redact(JSON.stringify({ secret }))).toBe('{"secret":"***"}');
  });

  it('registered values are removed from JSON as Go writes it, which escapes more', () => {
    const value = 'a<b>&c\u2028"d\\e';
    const asGoWritesIt = 'a\\u003cb\\u003e\\u0026c\\u2028\\"d\\\\e';
    expect(JSON.parse(`"${asGoWritesIt}"`)).toBe(value);
    expect(redactor(value).redact(`{"token":"${asGoWritesIt}"}`)).toBe('{"token":"***"}');
  });

  it('registered values are removed from base64 of JSON that holds them', () => {
    const config = Buffer.from(JSON.stringify({ auths: { server: { password: secret } } })).toString('base64');
    expect(redactor(secret).redact(config)).toMatch(/^[\w+/]{40,60}\*\*\*[\w+/=]{0,10}$/);
  });

  it.each([0, 1, 2, 3])('registered values are removed from base64 that holds them after %i other bytes', (before) => {
    const encoded = Buffer.from(`${'u'.repeat(before)}${secret}:more`).toString('base64');
    const cleaned = redactor(secret).redact(`x ${encoded} y`);
    expect(cleaned).toMatch(/^x [\w+/]{0,4}\*\*\*[\w+/=]{0,10} y$/);
  });

  it('registered values are removed from base64 for URLs', () => {
    const value = Buffer.from([0xfb, 0xff, 0xfe, 0xfb, 0xff, 0xfe, 0xfb, 0xff, 0xfe]);
    expect(value.toString('base64url')).toContain('-_');
    expect(redactor(value).redact(value.toString('base64url'))).toBe('***');
    expect(redactor(value).redact(value.toString('base64'))).toBe('***');
  });

  it('registered values of several lines are also removed line by line', () => {
    const cleaned = redactor('first line\n  second line\r\nshort\n').redact(
      'at "first line", then second line, then short',
    );
    expect(cleaned).toBe('at "***", then ***, then short');
  });

  it('a value that contains another value is removed as a whole', () =>
    expect(redactor('abcdefgh', 'abcdefghijkl').redact('abcdefghijkl abcdefgh')).toBe('*** ***'));

  it('registered values of less than eight bytes are not removed', () =>
    expect(redactor('seven77', 'a', '').redact('seven77 a')).toBe('seven77 a'));

  it('values may be registered after the first redaction', () => {
    const made = redactor('first-value');
    made.redact('x');
    made.register('second-value');
    expect(made.redact('first-value second-value')).toBe('*** ***');
  });
});

describe('redactError', () => {
  it('a redacted error keeps culprit, message and next step, and loses values and causes', () => {
    const cause = new Error(secret);
    const error = new NxKubeError('cluster', `said ${secret}`, { next: `Not ${secret}.`, cause });
    const clean = redactError(error, redactor(secret)) as NxKubeError;
    expect(clean).toBeInstanceOf(NxKubeError);
    expect(clean).toMatchObject({ culprit: 'cluster', message: 'said ***.', next: 'Not ***.' });
    expect(clean.cause).toBeUndefined();
    expect(clean.stack).not.toContain(secret);
  });

  it('a redacted ApiError keeps its status and its kind, so that it can be retried', () => {
    const causes = [{ reason: 'x', field: `data[${secret}]`, message: `is ${secret}` }];
    const error = new ApiError('cluster', secret, { status: 503, reason: 'Busy', retryAfterMs: 5, causes });
    const clean = redactError(error, redactor(secret));
    expect(clean).toBeInstanceOf(ApiError);
    expect(clean).toMatchObject({
      ...{ status: 503, reason: 'Busy', retryAfterMs: 5, message: '***.' },
      causes: [{ reason: 'x', field: 'data[***]', message: 'is ***' }],
    });
  });

  it('a redacted error of another kind keeps its name, by which an abort is recognized', () => {
    const clean = redactError(new DOMException(secret, 'AbortError'), redactor(secret)) as Error;
    expect(clean).toMatchObject({ name: 'AbortError', message: '***' });
    expect(redactError(secret, redactor(secret))).toBe('***');
    expect(redactError(5, redactor(secret))).toBe(5);
  });
});
