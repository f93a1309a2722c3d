/** Outputs of targets, settings of a developer, and Nx's own data. */
const ignored = [
  'bin/',
  'dist/',
  'dev-settings.yaml',
  'dev-settings.json',
  '.nx/cache',
  '.nx/workspace-data',
  '.nx/installation',
];

/** Appends the missing patterns to a .gitignore. Returns it unchanged when none is missing. Pure. */
export function addIgnored(gitignore: string): string {
  const lines = new Set(gitignore.split('\n').map((line) => withoutSlash(line.trim())));
  const isCovered = (pattern: string) => lines.has(withoutSlash(pattern)) || lines.has(pattern.split('/')[0]!);
  const missing = ignored.filter((pattern) => !isCovered(pattern));
  if (!missing.length) return gitignore;
  const separator = gitignore === '' || gitignore.endsWith('\n') ? '' : '\n';
  return `${gitignore}${separator}${missing.join('\n')}\n`;
}

function withoutSlash(pattern: string): string {
  return pattern.replace(/\/$/, '');
}
