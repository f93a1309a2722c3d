/** The environment, as `process.env`. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** `${NAME}` or `${NAME:-fallback}`. */
export interface Reference {
  name: string;
  /** Taken where the variable is not set or empty, as in a shell. */
  fallback?: string;
}

/** Text with references to the environment, taken apart: literal text and references in turn. */
export type Template = readonly (string | Reference)[];

const variableName = /^[A-Za-z_][A-Za-z0-9_]*$/;

export function isVariableName(name: string): boolean {
  return variableName.test(name);
}

/** `${…}`, what opens one and never closes, or `$${`, which stands for a literal `${`. */
const pattern = /\$\$\{|\$\{([^{}]*)\}|\$\{/g;

/** Undefined for text that has a `${` which begins no reference. Pure. */
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

/** What a mistake in a reference is answered with. */
export const malformedReference = {
  mistake: 'has a ${ that begins no reference',
  next: 'Write ${NAME} or ${NAME:-default}, or $${ for the characters themselves.',
} as const;

export function referencesIn(template: Template): Reference[] {
  return template.filter((part) => typeof part !== 'string');
}

/** The text, or the names of the variables that it needs and that are not set. Pure. */
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
