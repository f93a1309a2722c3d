import { describe, expect, it } from 'vitest';
import { scanGoFile } from './scan-go-file.js';

describe('scanGoFile', () => {
  it('finds the patterns of every embed directive', () => {
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

  it('finds the imports, named, blank, dotted and commented ones', () => {
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

  it('finds nothing in a file without either', () =>
    expect(scanGoFile('package a\n\nfunc main() {}\n')).toEqual({ embeds: [], imports: [] }));
});
