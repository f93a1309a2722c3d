/** What kustomize wrote to standard error. */
export interface KustomizeMessages {
  warnings: string[];
  /** Without the words that each program puts before it. */
  error: string;
}

/** Tells warnings from the error. Pure. */
export function readMessages(stderr: string): KustomizeMessages {
  const lines = stderr.split('\n').filter(Boolean);
  const isWarning = (line: string) => /^(# )?warning:/i.test(line);
  return {
    warnings: lines.filter(isWarning),
    error: withoutPrefix(lines.filter((line) => !isWarning(line)).join('\n')),
  };
}

/** `Error: …` of kustomize, `error: …` of kubectl, and of some builds of kubectl a line of their log, with the error quoted. */
function withoutPrefix(text: string): string {
  const [, quoted] = /^E\d{4} .*\] "command failed" err=("(?:[^"\\]|\\.)*")$/s.exec(text) ?? [];
  try {
    if (quoted) return JSON.parse(quoted) as string;
  } catch {
    // Go escapes some characters in ways that JSON does not know: then the line as it is.
  }
  return text.replace(/^error: /i, '');
}
