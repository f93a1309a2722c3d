import { readdir, readFile, readlink } from 'node:fs/promises';
import { fail, ok, warn, type Diagnosis } from './diagnosis.js';

/** inotify limits of one user, and their use by that user's processes. */
export interface InotifyUse {
  watches: { used: number; limit: number };
  instances: { used: number; limit: number };
}

/** Free watches and instances that a large workspace and its tools may need. */
const wanted = { watches: 8192, instances: 8 };

/** Checks the kernel's limits on file watches. Systems other than Linux have none. */
export async function diagnoseInotify(platform = process.platform): Promise<Diagnosis> {
  if (platform !== 'linux') return ok('inotify', 'not used on this system');
  try {
    return inotifyDiagnosis(await inotifyUse());
  } catch (error) {
    return warn('inotify', `the limits cannot be read: ${(error as Error).message}`, 'Check /proc/sys/fs/inotify.');
  }
}

/** Returns `fail` if a limit is reached, `warn` if little is left of it, else `ok`. Pure. */
export function inotifyDiagnosis(use: InotifyUse): Diagnosis {
  const shown = (['watches', 'instances'] as const).map(
    (kind) => `max_user_${kind} ${use[kind].limit} (${use[kind].used} used)`,
  );
  const message = shown.join(', ');
  const short = (['watches', 'instances'] as const).filter((kind) => use[kind].limit - use[kind].used < wanted[kind]);
  if (!short.length) return ok('inotify', message);
  const settings = short.map((kind) => `fs.inotify.max_user_${kind}=${kind === 'watches' ? 524288 : 1024}`);
  const next = `Run sudo sysctl ${settings.join(' ')}, and add the setting to /etc/sysctl.d.`;
  const none = short.some((kind) => use[kind].used >= use[kind].limit);
  return (none ? fail : warn)('inotify', message, next);
}

/** Reads the limits, and counts the watches and instances of this user's processes. Limits are per user. */
export async function inotifyUse(proc = '/proc', uid = process.getuid?.() ?? 0): Promise<InotifyUse> {
  const limit = async (name: string) => Number(await readFile(`${proc}/sys/fs/inotify/max_user_${name}`, 'utf8'));
  const use = { watches: 0, instances: 0 };
  const processes = (await readdir(proc)).filter((name) => /^\d+$/.test(name));
  await Promise.all(
    processes.map(async (pid) => {
      if (!(await belongsTo(`${proc}/${pid}`, uid))) return;
      const { watches, instances } = await held(`${proc}/${pid}`);
      use.watches += watches;
      use.instances += instances;
    }),
  );
  return {
    watches: { used: use.watches, limit: await limit('watches') },
    instances: { used: use.instances, limit: await limit('instances') },
  };
}

async function belongsTo(process: string, uid: number): Promise<boolean> {
  const status = await readFile(`${process}/status`, 'utf8').catch(() => '');
  return new RegExp(`^Uid:\\s+${uid}\\s`, 'm').test(status);
}

/** Counts the watches and instances of one process. Race: the process may end meanwhile, and then holds none. */
async function held(process: string): Promise<{ watches: number; instances: number }> {
  const descriptors = await readdir(`${process}/fd`).catch(() => []);
  const counts = await Promise.all(
    descriptors.map(async (descriptor) => {
      if ((await readlink(`${process}/fd/${descriptor}`).catch(() => '')) !== 'anon_inode:inotify') return undefined;
      const info = await readFile(`${process}/fdinfo/${descriptor}`, 'utf8').catch(() => '');
      return info.match(/^inotify wd:/gm)?.length ?? 0;
    }),
  );
  const instances = counts.filter((count) => count !== undefined);
  return { instances: instances.length, watches: instances.reduce((sum, count) => sum + count, 0) };
}
