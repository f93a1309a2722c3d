/** Patterns of a .gitignore that belong together, and the lines of an existing file that cover them. */
interface Group {
  patterns: string[];
  covered: string[];
}

/**
 * What the targets write, settings of a developer, and Nx's own data. Nothing else in `bin` and `dist` is ignored:
 * teams commit scripts in `bin`, and kubebuilder makes `dist/install.yaml` and `dist/chart`, which are meant to be
 * committed.
 */
const ignored: Group[] = [
  { patterns: ['**/bin/manager', '**/bin/release/manager', '**/bin/debug/manager'], covered: ['bin'] },
  {
    // A project's folder stands between `dist` and the name.
    patterns: ['/dist/**/manifests.yaml', '/dist/**/image/', '/dist/**/delve/', '!/dist/chart/**'],
    covered: ['dist'],
  },
  { patterns: ['dev-settings.yaml'], covered: [] },
  { patterns: ['dev-settings.json'], covered: [] },
  { patterns: ['.nx/cache'], covered: ['.nx'] },
  { patterns: ['.nx/workspace-data'], covered: ['.nx'] },
  // Where Nx is without a package.json.
  { patterns: ['.nx/installation'], covered: ['.nx'] },
];

/** Appends the missing patterns to a .gitignore. Returns it unchanged when none is missing. Pure. */
export function addIgnored(gitignore: string): string {
  const lines = new Set(gitignore.split('\n').map((line) => bare(line.trim())));
  const missing = ignored
    .filter(({ covered }) => !covered.some((folder) => lines.has(folder)))
    .flatMap(({ patterns }) => patterns.filter((pattern) => !lines.has(bare(pattern))));
  if (!missing.length) return gitignore;
  const separator = gitignore === '' || gitignore.endsWith('\n') ? '' : '\n';
  return `${gitignore}${separator}${missing.join('\n')}\n`;
}

function bare(pattern: string): string {
  return pattern.replace(/^\*\*\//, '').replace(/\/(\*\*?)?$/, '');
}
