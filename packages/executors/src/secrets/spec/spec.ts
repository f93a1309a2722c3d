/**
 * Place of a value: text with `${NAME}` references, an environment variable, a file, or `plain` text that is no secret.
 */
export type SecretValue = string | { env: string } | { file: string } | { plain: string };

interface SpecCommon {
  /** Name of the Secret. `from-file` with a map of files takes the map's keys instead. */
  name?: string;
  /** Default: the namespace in the target's options, else the context's. */
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
  /** Places of values by key of the Secret. */
  literals: Record<string, SecretValue>;
}

export interface FromFileSpec extends SpecCommon {
  kind: 'from-file';
  type?: string;
  /** `path`, `key=path` or a folder; or a map from a Secret's name to one or more of these. */
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

/** One entry of the options: a Secret and the places of its values, never the values. */
export type SecretSpec = DockerRegistrySpec | GenericSpec | FromFileSpec | FromEnvFileSpec | TlsSpec;

/** Specs as a list or by name. Settings merge a map entry by entry, and replace a list as a whole. */
export type SecretSpecs = readonly SecretSpec[] | Readonly<Record<string, SecretSpec>>;
