/** How a target is run, with its dependencies, so that what is cached is not made again. */
export interface TaskRunner {
  /**
   * Runs one target of the project. A failure is data: `output` is what the run printed.
   *
   * @param env variables for the run, besides those of this process
   * @param onOutput called with each line that the run prints
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
