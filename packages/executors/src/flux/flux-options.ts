/** How Flux is installed into the cluster. */
export interface FluxSetup {
  /** Version of Flux, without `v`. Default: the version of the CLI. */
  version?: string;
  /** Controllers to install. Default: those of the CLI. */
  components?: readonly string[];
  /** Namespace of the controllers. */
  namespace: string;
  /** Repository from which Flux manages itself. Default: none, Flux is only installed. */
  bootstrap?: FluxBootstrap;
}

export interface FluxBootstrap {
  provider: 'github' | 'gitlab' | 'git';
  /** For github and gitlab: user, organization or group. */
  owner?: string;
  /** For github and gitlab: name of the repository. */
  repository?: string;
  /** For git: URL of the repository. */
  url?: string;
  /** Folder in the repository. */
  path?: string;
  branch?: string;
  /** The owner is a user. */
  personal?: boolean;
  /**
   * For git over ssh: absolute path of the private key. Default: the keys of the ssh agent, and a deploy key that the
   * CLI creates.
   */
  privateKeyFile?: string;
  /** Name of the environment variable that holds the token. Default: the variable that the CLI reads. */
  tokenVariable?: string;
}

/** The controllers that the CLI installs by default. */
export const defaultComponents = [
  'source-controller',
  'kustomize-controller',
  'helm-controller',
  'notification-controller',
] as const;

/** The environment variable from which the CLI reads the token of a provider. */
export const tokenVariables = { github: 'GITHUB_TOKEN', gitlab: 'GITLAB_TOKEN', git: 'GIT_PASSWORD' } as const;
