import { describe, expect, it } from 'vitest';
import { scanGoFile } from './scan-go-file.js';

describe('scanGoFile', () => {
  it('the patterns of all embed directives are found', () => {
    const text = `package a

import "embed"

//go:embed templates/*.tmpl "with space.txt" \`raw.txt\`
var files embed.FS

var (
	//go:embed all:static
	static embed.FS
)

// Not one: //go:embed no
//go:embedded no
`;
    expect(scanGoFile(text).embeds).toEqual(['templates/*.tmpl', 'with space.txt', 'raw.txt', 'all:static']);
  });

  it('imports with a name, blank, dot or comment are found', () => {
    const text = `package a

import "fmt"
import . "example.com/dot"
import alias "example.com/alias"
import (
	"context" // "not/this"
	_ "example.com/blank"

	// "nor/this"
	ctrl \`example.com/raw\`
)

var s = "not/an/import"
`;
    expect(scanGoFile(text).imports).toEqual([
      'fmt',
      'example.com/dot',
      'example.com/alias',
      'context',
      'example.com/blank',
      'example.com/raw',
    ]);
  });

  it('a file without directives and imports gives nothing', () =>
    expect(scanGoFile('package a\n\nfunc main() {}\n')).toEqual({ embeds: [], imports: [] }));
});
