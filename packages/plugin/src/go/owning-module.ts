/** The module of an import path: the longest module path that the import path begins with. Pure. */
export function owningModule(importPath: string, modules: Iterable<string>): string | undefined {
  let owner: string | undefined;
  for (const module of modules) {
    if (`${importPath}/`.startsWith(`${module}/`) && module.length > (owner?.length ?? 0)) owner = module;
  }
  return owner;
}
