/** Each line behind the end of the pod's name, which is what tells pods of one workload apart. Pure. */
export function prefixed(pod: string, text: string): string {
  const short = pod.slice(pod.lastIndexOf('-') + 1);
  return text
    .split('\n')
    .map((each) => `${short} │ ${each}`)
    .join('\n');
}
