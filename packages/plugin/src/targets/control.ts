import type { TargetConfiguration } from '@nx/devkit';
import type { ControllerContext } from './context.js';
import { executorHelp, metadata } from './target.js';

/** Commands for a loop in another terminal. They depend on no target, because they make nothing. */
export const pauseTarget = control('pause', 'Pauses targets of the running dev, which then collects edits', {
  args: ['--targets=go-build'],
});

export const resumeTarget = control(
  'resume',
  'Resumes paused targets of the running dev, which then delivers the newest state',
  {
    args: ['--targets=go-build'],
  },
);

export const triggerTarget = control('trigger', 'Runs targets of the running dev now', {
  args: ['--targets=go-build'],
});

export const statusTarget = control('status', 'Shows the state of the running dev', { args: ['--output=json'] });

function control(
  verb: 'pause' | 'resume' | 'trigger' | 'status',
  description: string,
  example: Record<string, unknown>,
): (context: ControllerContext) => TargetConfiguration {
  return ({ project, names }) => ({
    executor: `@nx-kube/executors:${verb}`,
    cache: false,
    metadata: metadata(description, executorHelp(project, names[verb]!), example),
  });
}
