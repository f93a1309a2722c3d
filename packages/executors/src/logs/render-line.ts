import { klogLine } from '@nx-kube/cluster';

/** Field names of structured log lines, as zap, slog and logr write them. */
const names = {
  level: ['level', 'severity', 'lvl', 'L'],
  time: ['ts', 'time', 'timestamp', 'T'],
  logger: ['logger', 'name', 'N'],
  message: ['msg', 'message', 'M'],
  error: ['error', 'err'],
  stack: ['stacktrace', 'stack', 'S'],
};

/**
 * Renders a structured log line for people: `LEVEL logger: message key=value …`, with the stack trace below. A line
 * that is neither a JSON object with a message nor one of klog stays the same. Pure.
 */
export function renderLine(line: string): string {
  return readLine(line)?.text ?? line;
}

/** A structured log line: its level in upper case, and its text for people. */
export interface ReadLine {
  level: string;
  text: string;
}

/** Reads a structured log line. Pure. @returns undefined for any other line */
export function readLine(line: string): ReadLine | undefined {
  const klog = klogLine(line);
  if (klog) {
    const level = klog.level.toUpperCase();
    return { level, text: `${level.padEnd(5)} ${klog.text} caller=${klog.caller}` };
  }
  const fields = structured(line);
  if (!fields) return undefined;
  const take = (kind: keyof typeof names): unknown => {
    const name = names[kind].find((candidate) => candidate in fields);
    if (name === undefined) return undefined;
    const value = fields[name];
    delete fields[name];
    return value;
  };
  const message = take('message');
  if (typeof message !== 'string') return undefined;
  const level = String(take('level') ?? 'info').toUpperCase();
  const logger = take('logger');
  take('time');
  const error = take('error');
  const stack = take('stack');
  const pairs = Object.entries(fields).map(([key, value]) => `${key}=${plain(value)}`);
  const text = [
    `${level.padEnd(5)} ${logger ? `${logger}: ` : ''}${message}`,
    ...(error === undefined ? [] : [`error=${plain(error)}`]),
    ...pairs,
  ]
    .join(' ')
    .concat(typeof stack === 'string' ? `\n${stack}` : '');
  return { level, text };
}

/** Renders each log line that a text quotes, with its indentation. Pure. */
export function renderQuoted(text: string): string {
  return text
    .split('\n')
    .map((line) => {
      const [indentation] = /^\s*/.exec(line)!;
      return renderLine(line.slice(indentation.length)).replace(/^/gm, indentation);
    })
    .join('\n');
}

function structured(line: string): Record<string, unknown> | undefined {
  if (!line.startsWith('{')) return undefined;
  try {
    return JSON.parse(line) as Record<string, unknown>;
  } catch {
    return undefined;
  }
}

/** Formats a value: a word stays plain, everything else becomes JSON. */
function plain(value: unknown): string {
  if (typeof value === 'string' && /^[^\s"=]+$/.test(value)) return value;
  return JSON.stringify(value);
}
