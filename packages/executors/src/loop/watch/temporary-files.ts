/**
 * Names of files that editors and tools write beside a file while they save it. A save is called by the file that the
 * user knows.
 */
const patterns: readonly RegExp[] = [
  // sed -i
  /^sed[A-Za-z0-9]{6}$/,
  // Vim: the probe for a writable folder, swap files, and backups, also of other editors
  /^(4913|5036|5159)$/,
  /^\..*\.sw[a-px]$/,
  /~$/,
  // JetBrains
  /___jb_(tmp|old|bak)___$/,
  // Emacs: auto-saves and locks
  /^#.*#$/,
  /^\.#/,
  // VS Code, GNOME, Kate, Sublime Text
  /\.vsctmp$/,
  /^\.goutputstream-/,
  /^\..*\.kate-swp$/,
  /^\.subl.*\.tmp$/,
  // gofmt -w and goimports -w: the backup while they write
  /\.go\.\d+$/,
];

/** Whether a file, by its name without folders, is one that an editor writes while it saves another. Pure. */
export function isTemporary(name: string): boolean {
  return patterns.some((pattern) => pattern.test(name));
}
