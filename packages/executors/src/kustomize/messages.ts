/** The messages of kustomize on standard error. */
export interface KustomizeMessages {
  warnings: string[];
  /** The error, without the prefix of the program. */
  error: string;
}

/** Splits standard error into warnings and the error. Pure. */
export function readMessages(stderr: string): KustomizeMessages {
  const lines = stderr.split('\n').filter(Boolean);
  const isWarning = (line: string) => /^(# )?warning:/i.test(line);
  return {
    warnings: lines.filter(isWarning),
    error: withoutPrefix(lines.filter((line) => !isWarning(line)).join('\n')),
  };
}

/**
 * Removes `Error: ` of kustomize, `error: ` of kubectl, or the log line of some kubectl builds that quotes the error.
 */
function withoutPrefix(text: string): string {
  const [, quoted] = /^E\d{4} .*\] "command failed" err=("(?:[^"\\]|\\.)*")$/s.exec(text) ?? [];
  try {
    if (quoted) return JSON.parse(quoted) as string;
  } catch {
    // Go escapes some characters in ways that JSON does not know. Then the line stays as it is.
  }
  return text.replace(/^error: /i, '');
}
