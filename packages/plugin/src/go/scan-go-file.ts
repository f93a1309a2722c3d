/** The parts of a Go file that matter for the graph. */
export interface GoFile {
  /** Arguments of its `//go:embed` directives, as written: `templates/*.tmpl`, `all:static`. */
  embeds: string[];
  /** Import paths. */
  imports: string[];
}

const directive = '//go:embed';

/** Finds directives and imports by their layout, which gofmt fixes. It is not a Go parser. */
export function scanGoFile(text: string): GoFile {
  return { embeds: embeds(text), imports: imports(text) };
}

function embeds(text: string): string[] {
  if (!text.includes(directive)) return [];
  return [...text.matchAll(/^[ \t]*\/\/go:embed[ \t]+(.+)$/gm)].flatMap(([, args]) =>
    [...args!.matchAll(/"((?:[^"\\]|\\.)*)"|`([^`]*)`|(\S+)/g)].map(
      ([, quoted, raw, word]) => quoted?.replace(/\\(.)/g, '$1') ?? raw ?? word!,
    ),
  );
}

function imports(text: string): string[] {
  const found: string[] = [];
  for (const [, block, single] of text.matchAll(/^import\s*(?:\(([^)]*)\)|(?:[\w.]+\s+)?(["`][^"`\n]+["`]))/gm)) {
    const strings = block?.replace(/\/\/.*$/gm, '').match(/["`][^"`\n]+["`]/g) ?? (single ? [single] : []);
    found.push(...strings.map((string) => string.slice(1, -1)));
  }
  return found;
}
