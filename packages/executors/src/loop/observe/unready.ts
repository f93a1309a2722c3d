import { subject, type Unready } from '@nx-kube/cluster';

/** How many objects a message names. */
const named = 3;

/** Whether an applied object does not exist any more, or is about to go. */
export function isGone({ status: { status } }: Unready): boolean {
  return status === 'NotFound' || status === 'Terminating';
}

/**
 * Says which applied objects are gone, and how they come back. A deleted namespace stands for what was in it. Pure.
 *
 * @returns undefined where none is gone
 */
export function goneObjects(unready: readonly Unready[]): string | undefined {
  const gone = unready.filter(isGone);
  if (!gone.length) return undefined;
  const namespaces = new Set(gone.filter(({ ref }) => ref.kind === 'Namespace').map(({ ref }) => ref.name));
  const shown = gone.filter(({ ref: { namespace } }) => namespace === undefined || !namespaces.has(namespace));
  return `${listed(shown)}. The next edit, or \`trigger\`, applies what is missing.`;
}

/** Says which applied objects are not ready. Pure. */
export function unreadyText(unready: readonly Unready[]): string {
  return unready.map(({ ref, status }) => `${subject(ref)}: ${status.message}`).join('\n');
}

function listed(gone: readonly Unready[]): string {
  const texts = gone.slice(0, named).map((one) => `${subject(one.ref)} ${howGone(one)}`);
  const more = gone.length - texts.length;
  return [...texts, ...(more ? [`${more} more ${more === 1 ? 'object' : 'objects'}`] : [])].join(', ');
}

function howGone({ status: { status } }: Unready): string {
  return status === 'NotFound' ? 'was deleted outside of the loop' : 'is being deleted outside of the loop';
}

/** The names of the targets with objects that are gone. Pure. */
export function targetsWithGone(unready: ReadonlyMap<string, readonly Unready[]>): string[] {
  return [...unready].filter(([, objects]) => objects.some(isGone)).map(([target]) => target);
}
