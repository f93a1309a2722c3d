import type { Container } from './pod-template.js';

/**
 * Expands `$(NAME)` in a command, an argument or a variable as the kubelet does. An unknown variable stays as it is
 * written, and `$$` is a dollar. Pure.
 */
export function expanded(text: string, env: ReadonlyMap<string, string>): string {
  return text.replace(/\$\$|\$\(([^()]*)\)/g, (written, name?: string) =>
    name === undefined ? '$' : (env.get(name) ?? written),
  );
}

/** The variables of a container whose values the manifests hold. Pure. */
export function literalEnv(container: Container): Map<string, string> {
  const variables = (container['env'] ?? []) as { name: string; value?: string }[];
  const env = new Map<string, string>();
  // A value may use the variables before it.
  for (const { name, value } of variables) if (value !== undefined) env.set(name, expanded(value, env));
  return env;
}
