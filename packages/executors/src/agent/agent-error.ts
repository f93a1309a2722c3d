import { NxKubeError, type Culprit } from '@nx-kube/cluster';

/** The error codes of packages/agent/PROTOCOL.md, and `closed`: the stream ended before the answer came. */
export type AgentErrorCode =
  | 'base-mismatch'
  | 'digest-mismatch'
  | 'corrupt-stream'
  | 'volume-full'
  | 'wrong-architecture'
  | 'not-executable'
  | 'superseded'
  | 'cancelled'
  | 'exec-failed'
  | 'stopping'
  | 'io'
  | 'no-supervisor'
  | 'protocol'
  | 'closed';

const kinds: Record<AgentErrorCode, { culprit: Culprit; next?: string }> = {
  'base-mismatch': { culprit: 'cluster', next: 'Send the whole binary instead of a difference.' },
  'digest-mismatch': { culprit: 'cluster', next: 'Send the whole binary again.' },
  'corrupt-stream': { culprit: 'cluster', next: 'Send the whole binary again.' },
  'volume-full': {
    culprit: 'cluster',
    next: "Free space on the node, or raise the pod's ephemeral-storage limit.",
  },
  'wrong-architecture': { culprit: 'configuration', next: "Set `goos` and `goarch` to the node's platform." },
  'not-executable': { culprit: 'configuration', next: 'Build a static Linux executable (CGO_ENABLED=0).' },
  superseded: { culprit: 'configuration', next: 'Run only one development loop for a workload at a time.' },
  cancelled: { culprit: 'configuration' },
  'exec-failed': { culprit: 'user-code', next: 'Check that the binary can be started in the image.' },
  stopping: { culprit: 'cluster', next: 'Wait for the new pod; it receives the current binary when it starts.' },
  io: { culprit: 'cluster' },
  'no-supervisor': {
    culprit: 'cluster',
    next: "Check that the container's command starts with the agent, and look at the container's log.",
  },
  protocol: { culprit: 'bug' },
  closed: { culprit: 'cluster', next: 'Connect again; the old process keeps running.' },
};

/** A refusal or failure that the agent reported. Code decides by `code`; people read the message. */
export class AgentError extends NxKubeError {
  constructor(
    readonly code: AgentErrorCode,
    message: string,
    cause?: unknown,
  ) {
    super((kinds[code] ?? kinds.protocol).culprit, message, { next: kinds[code]?.next, cause });
  }
}
