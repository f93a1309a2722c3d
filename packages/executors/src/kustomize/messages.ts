import { klogLines } from '@nx-kube/cluster';

/** The messages of kustomize on standard error. */
export interface KustomizeMessages {
  warnings: string[];
  /** The error, without the prefix of the program. */
  error: string;
}

/** Splits standard error into warnings and the error. Lines that only inform are left out. Pure. */
export function readMessages(stderr: string): KustomizeMessages {
  const lines = klogLines(stderr).filter(({ level, text }) => text && level !== 'info');
  const isWarning = ({ level, text }: (typeof lines)[number]) => level === 'warn' || /^(# )?warning:/i.test(text);
  const textOf = ({ text }: { text: string }) => text;
  return {
    warnings: lines.filter(isWarning).map(textOf),
    // kustomize writes `Error: `, kubectl `error: `.
    error: lines
      .filter((line) => !isWarning(line))
      .map(textOf)
      .join('\n')
      .replace(/^error: /i, ''),
  };
}
