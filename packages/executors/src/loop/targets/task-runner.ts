/** Runs a target with its dependencies, through the cache. */
export interface TaskRunner {
  /**
   * Runs one target of the project. A failure is data: `output` holds what the tasks printed.
   *
   * @param env environment variables for the run, besides those of this process
   * @param onOutput called with each line that a task prints, but for empty ones
   */
  run(
    target: string,
    options: { env?: Record<string, string>; signal: AbortSignal; onOutput?: (line: string) => void },
  ): Promise<TaskRun>;
}

export interface TaskRun {
  ok: boolean;
  output: string;
}
