// @ts-check

/**
 * @typedef {object} Manifest
 * @property {string} [name]
 * @property {string} [version]
 * @property {Record<string, string>} [dependencies]
 */

/**
 * Returns a manifest that depends on exactly these versions. It adds no dependency.
 *
 * @template {Manifest} M
 * @param {M} manifest
 * @param {Record<string, string>} versions by package name
 * @returns {M}
 */
export function manifestWithDependencies(manifest, versions) {
  if (!manifest.dependencies) return manifest;
  const dependencies = Object.fromEntries(
    Object.entries(manifest.dependencies).map(([name, range]) => [name, versions[name] ?? range]),
  );
  return { ...manifest, dependencies };
}

/**
 * Returns a `package-lock.json` whose entries of this repository's packages match their manifests in version and
 * dependencies.
 *
 * @template {{ packages: Record<string, Manifest> }} L
 * @param {L} lock
 * @param {(folder: string) => Manifest} manifestOf reads the `package.json` of a folder
 * @returns {L}
 */
export function lockWithManifests(lock, manifestOf) {
  const packages = Object.fromEntries(
    Object.entries(lock.packages).map(([folder, entry]) => {
      if (!folder || folder.includes('node_modules')) return [folder, entry];
      const { version, dependencies } = manifestOf(folder);
      return [folder, { ...entry, ...(version && { version }), ...(dependencies && { dependencies }) }];
    }),
  );
  return { ...lock, packages };
}
