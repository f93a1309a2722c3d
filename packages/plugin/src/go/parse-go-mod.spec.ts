import { describe, expect, it } from 'vitest';
import { parseGoMod } from './parse-go-mod.js';

describe('parseGoMod', () => {
  it('statements and blocks are parsed, with comments and quoted strings', () => {
    const text = `// Deprecated: not really.
module example.com/a // the module

go 1.24.0

require example.com/single v1.0.0
require (
	example.com/b v1.2.3 // indirect
	"example.com/quoted" v0.0.0-20200101000000-abcdefabcdef
	// example.com/gone v1.0.0
)

replace (
	example.com/b => ../b // here
	example.com/pinned v1.0.0 => "./third party/pinned"
	\`example.com/raw\` => /abs/raw
	example.com/fork => example.com/forked v1.9.0
)
replace example.com/up => ..

exclude example.com/b v1.0.0
retract (
	v1.0.0 // mistake
)
retract ()
tool example.com/b/cmd/x
`;
    expect(parseGoMod(text, 'a/go.mod')).toEqual({
      module: 'example.com/a',
      requires: [
        { path: 'example.com/single', version: 'v1.0.0' },
        { path: 'example.com/b', version: 'v1.2.3' },
        { path: 'example.com/quoted', version: 'v0.0.0-20200101000000-abcdefabcdef' },
      ],
      replaces: [
        { path: 'example.com/b', version: undefined, directory: '../b' },
        { path: 'example.com/pinned', version: 'v1.0.0', directory: './third party/pinned' },
        { path: 'example.com/raw', version: undefined, directory: '/abs/raw' },
        { path: 'example.com/up', version: undefined, directory: '..' },
      ],
    });
  });

  it.each([
    ['module (\n\texample.com/a\n)\n', 'example.com/a'],
    ['module "example.com/a"\r\n', 'example.com/a'],
    ['module example.com/a//b', 'example.com/a'],
  ])('the module is found in %j', (text, module) => expect(parseGoMod(text, 'go.mod').module).toBe(module));

  it.each([
    ['go 1.24\n', 'a/go.mod has no module directive.', 'go mod init'],
    ['module a\n\nrequire (\n\tb v1.0.0\n', 'a/go.mod:3: the block "require (" is not closed.', 'Add the missing ")".'],
    ['module a\nreplace b => "../b\n', 'a/go.mod:2: a string is not closed.', 'quotation mark'],
  ])('the text %j is refused with file, line and next step', (text, message, next) => {
    expect(() => parseGoMod(text, 'a/go.mod')).toThrow(message);
    expect(() => parseGoMod(text, 'a/go.mod')).toThrow(next);
  });
});
