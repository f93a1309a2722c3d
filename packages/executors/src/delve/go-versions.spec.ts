import { describe, expect, it } from 'vitest';
import { requireGoVersion, supportedByDelve } from './go-versions.js';

const source = `var (
	MinSupportedVersionOfGoMajor = 1
	MinSupportedVersionOfGoMinor = 25
	MaxSupportedVersionOfGoMajor = 1
	MaxSupportedVersionOfGoMinor = 27
)`;

describe('supportedByDelve and requireGoVersion', () => {
  it('the supported Go versions are read from the source of Delve', () => {
    expect(supportedByDelve(source)).toEqual({ min: '1.25', max: '1.27' });
    expect(supportedByDelve('package goversion')).toBeUndefined();
  });

  it.each(['go1.25', 'go1.26.8', 'go1.27rc1', 'devel +abcdef', 'devel go1.27-abc'])(
    'Delve for Go 1.25 to 1.27 accepts %s',
    (version) => {
      expect(() => requireGoVersion('1.27.2', { min: '1.25', max: '1.27' }, version)).not.toThrow();
    },
  );

  it('a newer Go is refused, with the supported versions', () => {
    expect(() => requireGoVersion('1.27.2', { min: '1.25', max: '1.27' }, 'go1.28.1')).toThrow(
      expect.objectContaining({
        culprit: 'configuration',
        message: 'Delve 1.27.2 is too old for go1.28.1: it can debug programs of Go 1.25 to 1.27.',
        next: expect.stringContaining('Set "version" of the target delve-build to a newer one'),
      }),
    );
  });

  it('an older Go is refused, with the supported versions', () => {
    expect(() => requireGoVersion('1.27.2', { min: '1.25', max: '1.27' }, 'go1.24.9')).toThrow(
      /Delve 1\.27\.2 is too new for go1\.24\.9/,
    );
  });
});
