import { isEnvFileName } from '../spec/names.js';

export interface EnvFileLine {
  /** Line number, from 1. */
  line: number;
  key: string;
  /** Undefined for a name alone, whose value is the environment variable's. */
  value?: string;
}

/** White space by Go's definition, which differs slightly from JavaScript's. */
const leadingSpace = /^[\t\n\v\f\r \u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]+/;

/**
 * Parses an env file as kubectl does: `KEY=value` or `KEY`. Strips leading white space; skips empty lines and lines
 * that begin with `#`. Knows neither quotes nor `export`: a value is everything after the first `=`. Pure.
 *
 * @returns the valid lines, and the numbers of the invalid ones without their text, which may be secret
 */
export function parseEnvFile(bytes: Buffer): { lines: EnvFileLine[]; bad: { line: number; mistake: string }[] } {
  const lines: EnvFileLine[] = [];
  const bad: { line: number; mistake: string }[] = [];
  linesOf(bytes).forEach((raw, index) => {
    const line = index + 1;
    const decoded = decode(raw);
    if (decoded === undefined) return bad.push({ line, mistake: 'is not UTF-8' });
    const text = (index === 0 ? decoded.replace(/^\ufeff/, '') : decoded).replace(leadingSpace, '');
    if (text === '' || text.startsWith('#')) return;
    const equals = text.indexOf('=');
    const key = equals < 0 ? text : text.slice(0, equals);
    if (!isEnvFileName(key)) return bad.push({ line, mistake: 'does not begin with the name of a variable' });
    return lines.push(equals < 0 ? { line, key } : { line, key, value: text.slice(equals + 1) });
  });
  return { lines, bad };
}

/** Splits bytes into lines without their ends, `\n` or `\r\n`. */
function linesOf(bytes: Buffer): Buffer[] {
  const lines: Buffer[] = [];
  for (let start = 0; start < bytes.length;) {
    const newline = bytes.indexOf(0x0a, start);
    const end = newline < 0 ? bytes.length : newline;
    lines.push(bytes.subarray(start, end > start && bytes[end - 1] === 0x0d ? end - 1 : end));
    start = end + 1;
  }
  return lines;
}

function decode(bytes: Buffer): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined;
  }
}
