import type { TargetConfiguration } from '@nx/devkit';
import type { ControllerContext } from './context.js';
import { executorHelp, metadata } from './target.js';

/** Commands for a loop that runs in another terminal. They depend on no target, for they make nothing. */
export const pauseTarget = control('pause', 'Pauses targets of the running dev: edits collect', {
  args: ['--targets=go-build'],
});

export const resumeTarget = control(
  'resume',
  'Resumes paused targets of the running dev: the newest state is delivered',
  {
    args: ['--targets=go-build'],
  },
);

export const triggerTarget = control('trigger', 'Makes targets of the running dev run now', {
  args: ['--targets=go-build'],
});

export const statusTarget = control('status', 'Shows what the running dev does', { args: ['--output=json'] });

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
