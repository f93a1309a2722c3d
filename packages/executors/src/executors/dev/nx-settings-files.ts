import type { LoopOptions, SettingsFiles } from '../../loop/options.js';
import { projectOf } from '../../nx/project.js';
import { settingsChanges } from '../../nx/settings-changes.js';
import type { Settled } from '../../nx/with-settings.js';
import { settingsPaths } from '../../settings/load.js';
import { connectOptions } from '../nx-cluster.js';
import type { FilledDevOptions } from './schema.js';

/** The options of dev and the context, with the developer's settings laid over both. */
export type SettledDev = Settled<FilledDevOptions>;

/** The settings files of a loop, and the state that they were read in last. */
export interface WatchedSettings extends SettingsFiles {
  /** Undefined until they are read again. */
  latest(): SettledDev | undefined;
}

/**
 * The settings files of the project that dev runs for.
 *
 * @param settled the state that the loop starts with
 * @param settle reads the files
 * @param loopOf the options of the loop in a state
 */
export function settingsFiles(
  settled: SettledDev,
  settle: () => Promise<SettledDev>,
  loopOf: (state: SettledDev) => Promise<LoopOptions>,
): WatchedSettings {
  const { workspaceRoot, root: projectRoot } = projectOf(settled.context);
  let latest: SettledDev | undefined;
  return {
    paths: settingsPaths({ workspaceRoot, projectRoot }),
    latest: () => latest,
    read: async () => {
      const before = latest ?? settled;
      latest = await settle();
      const changed = settingsChanges(before.context, latest.context);
      return { options: await loopOf(latest), changed, anew: !isSameLoop(settled, latest) };
    },
  };
}

/** Whether a loop can go on from one state in the other: in the same cluster, with the same reporter. */
function isSameLoop(before: SettledDev, after: SettledDev): boolean {
  const fixed = ({ options, context }: SettledDev) => {
    const { output, rawLogs } = options;
    return JSON.stringify([connectOptions(options, context), output, rawLogs]);
  };
  return fixed(before) === fixed(after);
}
