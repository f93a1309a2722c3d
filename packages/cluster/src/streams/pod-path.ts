/** Path of a pod's subresource: `log`, `exec`, `portforward`. */
export function podPath({ namespace, name }: { namespace: string; name: string }, subresource: string): string {
  return `/api/v1/namespaces/${encodeURIComponent(namespace)}/pods/${encodeURIComponent(name)}/${subresource}`;
}
