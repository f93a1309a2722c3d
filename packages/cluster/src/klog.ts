/** A line as the logger of Kubernetes' own programs (klog) writes it: level, date, time, thread and position. */
const header = /^([IWEF])\d{4} \d\d:\d\d:\d\d(?:\.\d+)? +\d+ ([^\s\]]+:\d+)\] ?(.*)$/;

const levels = { I: 'info', W: 'warn', E: 'error', F: 'fatal' } as const;

export interface KlogLine {
  level: 'info' | 'warn' | 'error' | 'fatal';
  /** File and line that wrote it: `run.go:72`. */
  caller: string;
  /** The message. Values of a structured line follow it as they were written. */
  text: string;
}

/** Reads one line of klog. Pure. @returns undefined for any other line */
export function klogLine(line: string): KlogLine | undefined {
  const [, level, caller, body] = header.exec(line) ?? [];
  if (!level || !caller || body === undefined) return undefined;
  return { level: levels[level as keyof typeof levels], caller, text: textOf(body) };
}

/** The lines of a text, each with its level where klog wrote it. Values of several lines are joined first. Pure. */
export function klogLines(text: string): { level?: KlogLine['level']; text: string }[] {
  return joined(text)
    .split('\n')
    .flatMap((line) => {
      const read = klogLine(line);
      return read ? read.text.split('\n').map((part) => ({ level: read.level, text: part })) : [{ text: line }];
    });
}

/** Removes what klog writes before and around a message, such as `E1127 15:13:29.1 547 run.go:72]`. Pure. */
export function withoutKlog(text: string): string {
  return klogLines(text)
    .map((line) => line.text)
    .join('\n');
}

/** A value of several lines is `key=<`, its lines with a tab, and ` >`. It becomes a quoted value. */
function joined(text: string): string {
  return text.replace(/=<\n((?:\t.*\n)*) >/g, (_, value: string) => {
    const lines = value.trimEnd().replace(/^\t/gm, '');
    return `=${JSON.stringify(lines)}`;
  });
}

const quoted = String.raw`"(?:[^"\\]|\\.)*"`;
const structured = new RegExp(`^(${quoted})((?: [\\w./-]+=(?:${quoted}|\\S*))*)$`, 's');
const errorValue = new RegExp(` err(?:or)?=(${quoted}|\\S*)`, 's');

/** The text of a structured line: its message, its error and its other values. "command failed" says nothing. */
function textOf(body: string): string {
  const [, message, values = ''] = structured.exec(body) ?? [];
  if (message === undefined) return body;
  const plain = unquoted(message);
  const [whole = '', error] = errorValue.exec(values) ?? [];
  const rest = values.replace(whole, '');
  if (error === undefined) return `${plain}${rest}`;
  return plain === 'command failed' && !rest ? unquoted(error) : `${plain}: ${unquoted(error)}${rest}`;
}

const escapes: Readonly<Record<string, string>> = {
  ...{ a: '\x07', b: '\b', f: '\f', n: '\n', r: '\r', t: '\t', v: '\v' },
};

/** Reads a string as Go quotes it; JSON knows fewer escapes. */
function unquoted(text: string): string {
  if (!text.startsWith('"')) return text;
  const escape = /\\(?:x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|([0-7]{3})|(.))/gs;
  return text.slice(1, -1).replace(escape, (_, byte, short, long, octal, one) => {
    const hex: string | undefined = byte ?? short ?? long;
    if (hex !== undefined) return codePoint(parseInt(hex, 16));
    if (octal !== undefined) return codePoint(parseInt(octal, 8));
    return escapes[one as string] ?? (one as string);
  });
}

/** Above the last code point there is no character. */
function codePoint(code: number): string {
  return code > 0x10ffff ? '\ufffd' : String.fromCodePoint(code);
}
