/**
 * Merges a strategic merge patch into an object, as kubectl and kustomize do for pod templates and services. Lists with
 * a merge key are merged by it, other lists are replaced. `null` deletes a key and `$patch: delete` an element.
 * `$patch: replace` replaces the object by the patch. Returns a new object. Pure. Merge keys:
 * https://kubernetes.io/docs/reference/generated/kubernetes-api (“patch merge key”).
 */
export function strategicMerge<T>(target: T, patch: unknown): T {
  return merge(target, patch, '') as T;
}

/** Merge keys by list. The first key that all elements have is used: `ports` differ in a container and a Service. */
const mergeKeys: Record<string, string[]> = {
  containers: ['name'],
  initContainers: ['name'],
  ephemeralContainers: ['name'],
  volumes: ['name'],
  env: ['name'],
  imagePullSecrets: ['name'],
  volumeMounts: ['mountPath'],
  volumeDevices: ['devicePath'],
  ports: ['containerPort', 'port'],
  hostAliases: ['ip'],
  topologySpreadConstraints: ['topologyKey'],
};

type Fields = Record<string, unknown>;
const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function merge(target: unknown, patch: unknown, key: string): unknown {
  if (Array.isArray(patch)) return mergeList(Array.isArray(target) ? target : [], patch, key);
  if (!isFields(patch)) return patch;
  const { $patch: directive, ...fields } = patch;
  if (directive === 'replace') return fields;
  const result: Fields = isFields(target) ? { ...target } : {};
  for (const [name, value] of Object.entries(fields)) {
    if (value === null || (isFields(value) && value['$patch'] === 'delete')) delete result[name];
    else result[name] = merge(result[name], value, name);
  }
  return result;
}

function mergeList(target: unknown[], patch: unknown[], key: string): unknown[] {
  const mergeKey = mergeKeys[key]?.find((name) => patch.every((element) => isFields(element) && name in element));
  if (!mergeKey) return patch;
  const result = [...target];
  for (const element of patch as Fields[]) {
    const at = result.findIndex((existing) => isFields(existing) && existing[mergeKey] === element[mergeKey]);
    if (element['$patch'] === 'delete') {
      if (at >= 0) result.splice(at, 1);
    } else if (at >= 0) result[at] = merge(result[at], element, '');
    else result.push(merge(undefined, element, ''));
  }
  return result;
}
