import { describe, expect, it } from 'vitest';
import { mountsBelow, parseMounts } from './mounts.js';

const mountinfo = `22 1 254:0 / / rw,relatime shared:1 - ext4 /dev/vda rw
30 22 0:26 / /sys/fs/cgroup/cpu rw,relatime shared:9 - cgroup cgroup rw,cpu
41 22 0:40 / /state/run/shm rw - tmpfs shm rw
42 22 0:41 / /state/data/my\\040volume rw - tmpfs tmpfs rw
43 42 0:42 / /state/data/my\\040volume/inner rw master:1 propagate_from:2 - overlay overlay rw
44 22 0:43 / /state-of-others rw - tmpfs tmpfs rw
45 22 0:43 / /state rw - tmpfs tmpfs rw
`;

describe('mounts', () => {
  it('parseMounts reads point and type, also with optional fields and blanks in paths', () => {
    expect(parseMounts(mountinfo)).toContainEqual({ point: '/sys/fs/cgroup/cpu', type: 'cgroup' });
    expect(parseMounts(mountinfo)).toContainEqual({ point: '/state/data/my volume/inner', type: 'overlay' });
  });

  it('mountsBelow lists inner mounts first, without the folder itself and folders with the same prefix', () => {
    expect(mountsBelow('/state', mountinfo)).toEqual([
      '/state/data/my volume/inner',
      '/state/data/my volume',
      '/state/run/shm',
    ]);
  });
});
