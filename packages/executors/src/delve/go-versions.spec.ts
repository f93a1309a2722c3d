import { describe, expect, it } from 'vitest';
import { requireGoVersion, supportedByDelve } from './go-versions.js';

const source = `var (
	MinSupportedVersionOfGoMajor = 1
	MinSupportedVersionOfGoMinor = 25
	MaxSupportedVersionOfGoMajor = 1
	MaxSupportedVersionOfGoMinor = 27
)`;

describe('the versions of Go that a Delve knows', () => {
  it('are read from its source', () => {
    expect(supportedByDelve(source)).toEqual({ min: '1.25', max: '1.27' });
    expect(supportedByDelve('package goversion')).toBeUndefined();
  });

  it.each(['go1.25', 'go1.26.8', 'go1.27rc1', 'devel +abcdef', 'devel go1.27-abc'])('allow %s', (version) => {
    expect(() => requireGoVersion('1.27.2', { min: '1.25', max: '1.27' }, version)).not.toThrow();
  });

  it('are named where the Go is newer', () => {
    expect(() => requireGoVersion('1.27.2', { min: '1.25', max: '1.27' }, 'go1.28.1')).toThrow(
      expect.objectContaining({
        culprit: 'configuration',
        message: 'Delve 1.27.2 is too old for go1.28.1: it can debug programs of Go 1.25 to 1.27',
        next: expect.stringContaining('Set "version" of the target delve-build to a newer one'),
      }),
    );
  });

  it('are named where the Go is older', () => {
    expect(() => requireGoVersion('1.27.2', { min: '1.25', max: '1.27' }, 'go1.24.9')).toThrow(
      /Delve 1\.27\.2 is too new for go1\.24\.9/,
    );
  });
});
