/** The version of Go in the go.mod of a new controller. */
export const goVersion = '1.25.0';

/**
 * Adds a module to a go.work, which lists all modules below its folder, and raises its version of Go to the module's if
 * it is older. Pure.
 *
 * @param directory folder of the module, relative to the folder of go.work
 */
export function withModule(goWork: string, directory: string): string {
  const [, version] = /^go\s+(\S+)/m.exec(goWork) ?? [];
  const raised = version && isOlder(version, goVersion) ? goWork.replace(/^go\s+\S+/m, `go ${goVersion}`) : goWork;
  return `${raised.replace(/\n*$/, '\n')}\nuse ./${directory}\n`;
}

function isOlder(version: string, other: string): boolean {
  const [a, b] = [version, other].map((text) => text.split(/[^\d]+/).map(Number));
  const at = b!.findIndex((part, i) => (a![i] ?? 0) !== part);
  return at >= 0 && (a![at] ?? 0) < b![at]!;
}
