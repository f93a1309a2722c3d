export { childController, type ChildController } from './abort/child-controller.js';
export { orAborted } from './abort/or-aborted.js';
export { Bell, waitUntil, type WaitUntilOptions } from './abort/wait-until.js';
export { explain, NxKubeError, type Culprit, type NxKubeErrorOptions } from './errors.js';
export { klogLine, klogLines, withoutKlog, type KlogLine } from './klog.js';
export { failureIsABug, failureIsHarmless, failureIsReported, inBackground } from './in-background.js';
export {
  groupOf,
  refOf,
  subject,
  type GroupVersionKind,
  type KubeObject,
  type ManagedFieldsEntry,
  type ObjectMeta,
  type OwnerReference,
  type Ref,
} from './object/kube-object.js';
export { parseManifests } from './object/manifests.js';
export { yamlProblem } from './object/yaml-problem.js';
export { kubernetesYaml, UnsafeInteger } from './object/yaml-schema.js';
export type { ApiRequest, Cluster, Query, ResourceType } from './api/cluster.js';
export { connect, type ConnectOptions } from './connect/connect.js';
export { ApiError, isForbidden, isNotFound, type StatusCause } from './api/api-error.js';
export { isTransient, retry, type RetryOptions } from './api/retry.js';
export {
  create,
  list,
  patch,
  read,
  remove,
  type ListOptions,
  type PatchOptions,
  type ReadOptions,
  type RemoveOptions,
} from './api/objects.js';
export { apply, type ApplyOptions, type Change } from './apply/apply.js';
export type { Conflict } from './apply/failures.js';
export type { FieldPath } from './apply/field-path.js';
export { fieldsTakenOut } from './apply/taken-out.js';
export { isCurrent } from './apply/is-current.js';
export { knownKey } from './apply/known-key.js';
export { stages } from './apply/stages.js';
export { applySet, findSet, plannedPrune, pruneSet, tryParent, type ApplySetOptions } from './apply-set/apply-set.js';
export { checkKinds, checkNamespaces, type CheckObjectsOptions } from './apply-set/check-objects.js';
export { checkQuotas, type PodOf } from './apply-set/check-quotas.js';
export type { PruneOptions } from './apply-set/prune.js';
export { setsElsewhere, type SetElsewhere } from './apply-set/find-set.js';
export { applySetId, type ParentIdentity } from './apply-set/id.js';
export { membersOf, type Member } from './apply-set/members.js';
export { partOfLabel, type ApplySetRef } from './apply-set/parent.js';
export {
  removeSet,
  type RemoveSetOptions,
  type RemoveSetProgress,
  type RemoveSetResult,
} from './apply-set/remove-set.js';
export { currentPods } from './readiness/current-pods.js';
export { heldUpPods } from './readiness/held-up-pods.js';
export { podSelector } from './readiness/workload-pods.js';
export { listPods, podsOfWorkload, watchPods, type PodChoice, type WatchPodsOptions } from './readiness/pods.js';
export { status, type ObjectStatus } from './readiness/status.js';
export { waitGone, type Identified, type WaitGoneOptions } from './readiness/wait-gone.js';
export { waitReady, type WaitReadyOptions } from './readiness/wait-ready.js';
export { watchStatus, type Unready, type WatchStatusOptions } from './readiness/watch-status.js';
export { exec, type ExecEnd, type ExecOptions, type ExecStream } from './streams/exec.js';
export {
  portForward,
  type PortForward,
  type PortForwardOptions,
  type PortForwardState,
} from './streams/port-forward.js';
export { logs, type LogsOptions } from './streams/logs.js';
export { watch, type Watcher, type WatchEvent, type WatchOptions } from './watch/watch.js';
export { nodePlatforms, type Platform } from './environment/node-platforms.js';
export { firstNode, type NodeFacts } from './environment/first-node.js';
export { localRegistry, localRegistryHosting, type LocalRegistry } from './environment/local-registry.js';
export { parseQuantity } from './object/quantity.js';
