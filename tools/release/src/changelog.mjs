// @ts-check

/**
 * Turns the section "Unreleased" of the changelog into the section of a version, below a new, empty "Unreleased". A
 * changelog that has a section of the version is returned unchanged.
 *
 * @param {string} changelog in the format of Keep a Changelog
 * @param {string} version
 * @param {Date} date of the release (UTC)
 * @returns {string}
 */
export function releasedChangelog(changelog, version, date) {
  if (changelog.includes(`\n## ${version} - `)) return changelog;
  const heading = '\n## Unreleased\n';
  if (!changelog.includes(heading))
    throw new Error('CHANGELOG.md: has no section "## Unreleased". Add it, with what changed.');
  return changelog.replace(heading, `${heading}\n## ${version} - ${date.toISOString().slice(0, 10)}\n`);
}
