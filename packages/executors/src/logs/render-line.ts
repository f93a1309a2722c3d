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
 * that is not a JSON object with a message stays the same. Pure.
 */
export function renderLine(line: string): string {
  const fields = structured(line);
  if (!fields) return line;
  const take = (kind: keyof typeof names): unknown => {
    const name = names[kind].find((candidate) => candidate in fields);
    if (name === undefined) return undefined;
    const value = fields[name];
    delete fields[name];
    return value;
  };
  const message = take('message');
  if (typeof message !== 'string') return line;
  const level = String(take('level') ?? 'info').toUpperCase();
  const logger = take('logger');
  take('time');
  const error = take('error');
  const stack = take('stack');
  const pairs = Object.entries(fields).map(([key, value]) => `${key}=${plain(value)}`);
  return [
    `${level.padEnd(5)} ${logger ? `${logger}: ` : ''}${message}`,
    ...(error === undefined ? [] : [`error=${plain(error)}`]),
    ...pairs,
  ]
    .join(' ')
    .concat(typeof stack === 'string' ? `\n${stack}` : '');
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
