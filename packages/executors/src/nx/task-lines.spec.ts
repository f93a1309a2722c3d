import { describe, expect, it } from 'vitest';
import { taskLines, taskOutput } from './task-lines.js';

const summary = `

 NX   Successfully ran target go-build for project ctl

Nx read the output from the cache instead of running the command for 1 out of 1 tasks.

  Run duration:      662ms
  Critical path:     657ms (1 task)
  Recoverable time:  <1ms
`;
const lines = (text: string) => {
  const own = taskLines('ctl');
  return text.split('\n').flatMap((line) => own(line) ?? []);
};

describe('taskLines', () => {
  it('the lines of a task that runs lose the name of their project, and Nx’s own lines are left out', () =>
    expect(
      lines(`\n> nx run ctl:go-build\n\nctl: compiled 12 of 400 packages\nctl: done${summary}`).filter(Boolean),
    ).toEqual(['compiled 12 of 400 packages', 'done']));

  it('the lines of a task that comes from the cache are kept as they are', () =>
    expect(lines(`\n> nx run ctl:go-build  [local cache]\n\nBuilt bin/ctl: 3 MB${summary}`).filter(Boolean)).toEqual([
      'Built bin/ctl: 3 MB',
    ]));

  it('the lines of tasks that come first are kept, and the message between Nx’s start and the first task is not', () =>
    expect(
      lines(
        ` NX   Running target image-build for project ctl and 1 task it depends on:\n\n- x\n\n> nx run lib:generate\n\nlib: reading\n\n> nx run ctl:image-build:debug\n\nctl: packing${summary}`,
      ).filter(Boolean),
    ).toEqual(['reading', 'packing']));

  it('a line that only looks like one of Nx stays', () =>
    expect(lines('> nx run ctl:t\nctl:  NX   is great\ngo: downloading x')).toEqual([
      ' NX   is great',
      'go: downloading x',
    ]));
});

describe('taskOutput', () => {
  it('the output of a failed task is what the task printed', () =>
    expect(
      taskOutput('ctl', [
        '\n> nx run ctl:generate\n\nctl: no such file\n\n NX   Running target generate for project ctl failed\n\nFailed tasks:\n\n- ctl:generate\n',
        'ctl: Error: no\n',
      ]),
    ).toBe('no such file\n\nError: no'));

  it('where no task ran, the output is the message of Nx', () =>
    expect(taskOutput('ctl', ['\n NX   Cannot find configuration for task ctl:nothing\n\n', ''])).toBe(
      ' NX   Cannot find configuration for task ctl:nothing',
    ));
});
