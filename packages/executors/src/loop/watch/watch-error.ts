/** The message for an error of a file watch, with the next step where a limit of inotify is reached. Pure. */
export function watchErrorMessage({ message, code }: NodeJS.ErrnoException): string {
  const limit = code === 'ENOSPC' || code === 'EMFILE';
  const next = 'Raise fs.inotify.max_user_watches and max_user_instances; the target doctor shows them.';
  return `not every file can be watched: ${message}${limit ? `\n  → ${next}` : ''}`;
}
