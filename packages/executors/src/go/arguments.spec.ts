import { describe, expect, it } from 'vitest';
import { goArguments, goEnvironment, type GoBuild } from './arguments.js';

const build = (options: Partial<GoBuild> = {}): GoBuild => ({ directory: '/p', output: '/p/bin/manager', ...options });

describe('goArguments', () => {
  const defaults = ['build', '-o', '/p/bin/manager', '-buildvcs=false', '-ldflags=-s -w', '--', '.'];

  it('a default build strips symbols and leaves the commit out', () => {
    expect(goArguments(build())).toEqual(defaults);
  });

  it.each<[string, Partial<GoBuild>, string]>([
    ['tags become one argument', { tags: ['a', 'b'] }, '-tags=a,b'],
    ['ldflags stay one argument', { ldflags: '-X "main.title=a b"; $(id)' }, '-ldflags=-X "main.title=a b"; $(id)'],
    ['a list of ldflags is joined', { ldflags: ['-s', '-X main.version=1'] }, '-ldflags=-s -X main.version=1'],
    ['gcflags stay one argument', { gcflags: 'all=-N -l' }, '-gcflags=all=-N -l'],
    ['asmflags stay one argument', { asmflags: ['-D', 'X'] }, '-asmflags=-D X'],
    ['trimpath is passed on', { trimpath: true }, '-trimpath'],
    ['race is passed on', { race: true }, '-race'],
    ['the commit is stamped on request', { buildvcs: true }, '-buildvcs=true'],
  ])('%s', (_, options, argument) => {
    expect(goArguments(build(options))).toContain(argument);
  });

  it('empty flags are left out', () => {
    expect(goArguments(build({ ldflags: '', tags: [], gcflags: [] })).join(' ')).not.toMatch(/ldflags|tags|gcflags/);
  });

  it.each([
    ['.', '.'],
    ['./cmd/manager', './cmd/manager'],
    ['cmd/manager', './cmd/manager'],
    ['cmd/main.go', './cmd/main.go'],
    ['../other', '../other'],
    ['/abs/dir', '/abs/dir'],
    ['-o', './-o'],
  ])('main %s is the path %s, not a package of the standard library', (main, path) => {
    expect(goArguments(build({ main })).slice(-2)).toEqual(['--', path]);
  });
});

describe('goEnvironment', () => {
  it("a default build is static, for Linux and Go's own default architecture", () => {
    expect(goEnvironment(build(), {})).toEqual({ CGO_ENABLED: '0', GOOS: 'linux' });
  });

  it.each<[string, Partial<GoBuild>, Record<string, string>, Record<string, string>]>([
    ['an inherited CGO_ENABLED stays', {}, { CGO_ENABLED: '1' }, { CGO_ENABLED: '1' }],
    ['the race detector needs cgo', { race: true }, { CGO_ENABLED: '0' }, { CGO_ENABLED: '1' }],
    ['the option env wins over everything else', { race: true, env: { CGO_ENABLED: '0' } }, {}, { CGO_ENABLED: '0' }],
    ['goos and goarch are set', { goos: 'freebsd', goarch: 'arm64' }, {}, { GOOS: 'freebsd', GOARCH: 'arm64' }],
    ['an inherited GOOS is ignored', {}, { GOOS: 'darwin' }, { GOOS: 'linux' }],
  ])('%s', (_, options, inherited, expected) => {
    expect(goEnvironment(build(options), inherited)).toMatchObject(expected);
  });
});
