/** How Flux gets into the cluster. */
export interface FluxSetup {
  /** Default: the version of the CLI. */
  version?: string;
  /** Default: the CLI's own. */
  components?: readonly string[];
  /** Namespace of the controllers. */
  namespace: string;
  /** The repository that Flux manages itself from; without one it is only installed. */
  bootstrap?: FluxBootstrap;
}

export interface FluxBootstrap {
  provider: 'github' | 'gitlab' | 'git';
  /** Of github and gitlab: user, organization or group. */
  owner?: string;
  /** Of github and gitlab: name of the repository. */
  repository?: string;
  /** Of git: URL of the repository. */
  url?: string;
  /** Folder in the repository. */
  path?: string;
  branch?: string;
  /** The owner is a user. */
  personal?: boolean;
  /** Of git, behind ssh: file with the private key; absolute. Default: the keys of the ssh agent, and a deploy key that the CLI makes. */
  privateKeyFile?: string;
  /** Name of the environment variable with the token. Default: the one that the CLI reads. */
  tokenVariable?: string;
}

/** The controllers that the CLI installs unless it is told otherwise. */
export const defaultComponents = [
  'source-controller',
  'kustomize-controller',
  'helm-controller',
  'notification-controller',
] as const;

/** The variable that the CLI reads the token of a provider from. */
export const tokenVariables = { github: 'GITHUB_TOKEN', gitlab: 'GITLAB_TOKEN', git: 'GIT_PASSWORD' } as const;
