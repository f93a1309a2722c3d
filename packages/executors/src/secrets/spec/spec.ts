/** A value that is not in the options itself, but where they say: `${NAME}` references in a text, or one of the others. */
export type SecretValue = string | { env: string } | { file: string } | { plain: string };

interface SpecCommon {
  /** Name of the Secret; of `from-file` with a map of files, each entry's key is one. */
  name?: string;
  /** Default: that of the target's options, else the context's. */
  namespace?: string;
  /** Default: false. */
  immutable?: boolean;
  labels?: Record<string, string>;
  annotations?: Record<string, string>;
}

/** Credentials for a registry, as `kubectl create secret docker-registry` writes them. */
export interface DockerRegistrySpec extends SpecCommon {
  kind: 'docker-registry';
  /** Default: `https://index.docker.io/v1/`. */
  server?: string;
  username: SecretValue;
  password: SecretValue;
  email?: SecretValue;
}

export interface GenericSpec extends SpecCommon {
  kind: 'generic';
  /** Default: `Opaque`. */
  type?: string;
  /** By key. */
  literals: Record<string, SecretValue>;
}

export interface FromFileSpec extends SpecCommon {
  kind: 'from-file';
  type?: string;
  /** `path`, `key=path` or a folder; or, by the name of the Secret to make, one or more of these. */
  files: string | string[] | Record<string, string | string[]>;
}

export interface FromEnvFileSpec extends SpecCommon {
  kind: 'from-env-file';
  type?: string;
  files: string | string[];
}

/** A certificate and its key, PEM. */
export interface TlsSpec extends SpecCommon {
  kind: 'tls';
  cert: string;
  key: string;
}

/** One entry of the options: which Secret, and where its values come from. Never the values themselves. */
export type SecretSpec = DockerRegistrySpec | GenericSpec | FromFileSpec | FromEnvFileSpec | TlsSpec;

/** As a list, or by name: a map is laid over another entry by entry (settings), a list is replaced. */
export type SecretSpecs = readonly SecretSpec[] | Readonly<Record<string, SecretSpec>>;
