export * from './abort/child-controller.js';
export * from './abort/or-aborted.js';
export * from './abort/wait-until.js';
export * from './errors.js';
export { failureIsABug, failureIsHarmless, failureIsReported, inBackground } from './in-background.js';
export * from './object/kube-object.js';
export * from './object/manifests.js';
export * from './object/yaml-problem.js';
export * from './object/yaml-schema.js';
export * from './api/cluster.js';
export * from './connect/connect.js';
export * from './api/api-error.js';
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
export * from './apply/is-current.js';
export * from './apply/stages.js';
export { applySet, plannedPrune, tryParent, type ApplySetOptions, type PruneOptions } from './apply-set/apply-set.js';
export { applySetId, type ParentIdentity } from './apply-set/id.js';
export { membersOf, type Member } from './apply-set/members.js';
export { partOfLabel, type ApplySetRef } from './apply-set/parent.js';
export * from './apply-set/remove-set.js';
export { currentPods } from './readiness/current-pods.js';
export { status, type ObjectStatus } from './readiness/status.js';
export { waitGone, type Identified, type WaitGoneOptions } from './readiness/wait-gone.js';
export * from './readiness/wait-ready.js';
export * from './streams/exec.js';
export * from './streams/port-forward.js';
export * from './streams/logs.js';
export * from './watch/watch.js';
export * from './environment/node-platforms.js';
export * from './environment/local-registry.js';
export { parseQuantity } from './object/quantity.js';
