import { describe, expect, it } from 'vitest';
import { releasedChangelog } from './changelog.mjs';

const changelog = '# Changelog\n\n## Unreleased\n\n### Added\n\n- A thing.\n\n## 0.1.0 - 2026-01-01\n';
const released =
  '# Changelog\n\n## Unreleased\n\n## 0.2.0 - 2026-11-27\n\n### Added\n\n- A thing.\n\n## 0.1.0 - 2026-01-01\n';

describe('releasedChangelog', () => {
  it('releasedChangelog turns the section "Unreleased" into the section of the version', () => {
    expect(releasedChangelog(changelog, '0.2.0', new Date('2026-11-27T12:00:00Z'))).toBe(released);
  });

  it('releasedChangelog returns a changelog that has a section of the version unchanged', () => {
    expect(releasedChangelog(released, '0.2.0', new Date('2026-11-28T12:00:00Z'))).toBe(released);
  });

  it('releasedChangelog rejects a changelog without a section "Unreleased"', () => {
    expect(() => releasedChangelog('# Changelog\n', '0.2.0', new Date())).toThrow(
      'CHANGELOG.md: has no section "## Unreleased". Add it, with what changed.',
    );
  });
});
