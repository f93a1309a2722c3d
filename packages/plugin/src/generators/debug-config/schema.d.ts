export interface DebugConfigGeneratorSchema {
  /** The controller to debug. Default: every project that has a dev target. */
  project?: string;
  /** Default: both. */
  editors?: ('vscode' | 'goland')[];
  /** The port on this machine. Default: that of the dev target's configuration debug, else 30000. */
  port?: number;
  /** Leave the changed files as they are written. Default false. */
  skipFormat?: boolean;
}
