import { describe, expect, it } from 'vitest';
import { watchErrorMessage } from './watch-error.js';

describe('watchErrorMessage', () => {
  it.each(['ENOSPC', 'EMFILE'])('the message for %s names the inotify limits to raise', (code) =>
    expect(watchErrorMessage(Object.assign(new Error('no space left'), { code }))).toBe(
      'not every file can be watched: no space left\n' +
        '  → Raise fs.inotify.max_user_watches and max_user_instances; the target doctor shows them.',
    ),
  );

  it('the message for any other error repeats the words of that error', () =>
    expect(watchErrorMessage(Object.assign(new Error('permission denied'), { code: 'EACCES' }))).toBe(
      'not every file can be watched: permission denied',
    ));
});
