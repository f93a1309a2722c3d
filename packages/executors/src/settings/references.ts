/** Environment variables by name, in the shape of `process.env`. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** A reference to an environment variable: `${NAME}` or `${NAME:-fallback}`. */
export interface Reference {
  name: string;
  /** Value to use if the variable is unset or empty, as in a shell. */
  fallback?: string;
}

/** Parsed text: literal parts and references, in the order in which they stand. */
export type Template = readonly (string | Reference)[];

const variableName = /^[A-Za-z_][A-Za-z0-9_]*$/;

export function isVariableName(name: string): boolean {
  return variableName.test(name);
}

/** Matches `${…}`, an unclosed `${`, and `$${`, which escapes a literal `${`. */
const pattern = /\$\$\{|\$\{([^{}]*)\}|\$\{/g;

/** Parses text into literal parts and references. Returns undefined if a `${` does not begin a reference. Pure. */
export function parseTemplate(text: string): Template | undefined {
  const parts: (string | Reference)[] = [];
  let end = 0;
  for (const match of text.matchAll(pattern)) {
    parts.push(text.slice(end, match.index));
    end = match.index + match[0].length;
    if (match[0] === '$${') {
      parts.push('${');
      continue;
    }
    const [, name, fallback] = /^([^:]*)(?::-(.*))?$/s.exec(match[1] ?? '') ?? [];
    if (name === undefined || !isVariableName(name)) return undefined;
    parts.push(fallback === undefined ? { name } : { name, fallback });
  }
  return [...parts, text.slice(end)].filter((part) => part !== '');
}

/** Mistake and next step for text that `parseTemplate` cannot parse. */
export const malformedReference = {
  mistake: 'has a ${ that does not begin a reference',
  next: 'Write ${NAME} or ${NAME:-default}, or $${ for the characters themselves.',
} as const;

export function referencesIn(template: Template): Reference[] {
  return template.filter((part) => typeof part !== 'string');
}

/** Returns the text with all references filled in, or the names of the variables that are not set. Pure. */
export function expand(template: Template, env: Environment): { text: string } | { missing: string[] } {
  const values = template.map((part) => (typeof part === 'string' ? part : valueOf(part, env)));
  const missing = template.filter((_, index) => values[index] === undefined) as Reference[];
  if (missing.length > 0) return { missing: [...new Set(missing.map(({ name }) => name))] };
  return { text: values.join('') };
}

function valueOf({ name, fallback }: Reference, env: Environment): string | undefined {
  if (fallback === undefined) return env[name];
  return env[name] || fallback;
}
