/**
 * Expands `$(NAME)` in a command, an argument or a variable as the kubelet does. An unknown variable stays as it is
 * written, and `$$` is a dollar. Pure.
 */
export function expanded(text: string, env: ReadonlyMap<string, string>): string {
  return text.replace(/\$\$|\$\(([^()]*)\)/g, (written, name?: string) =>
    name === undefined ? '$' : (env.get(name) ?? written),
  );
}
