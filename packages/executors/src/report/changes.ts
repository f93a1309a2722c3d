import type { Change } from '@nx-kube/cluster';

/**
 * One line for each object that an apply changed, and one for all that it did not. Pure.
 *
 * @param forceWith command that applies with force
 */
export function changeLines(changes: Change[], forceWith?: string): string[] {
  const unchanged = changes.filter(({ action }) => action === 'unchanged').length;
  return [
    ...changedLines(changes, forceWith),
    ...(unchanged ? [`${unchanged} ${unchanged === 1 ? 'object' : 'objects'} unchanged`] : []),
  ];
}

/**
 * One line for each object that an apply changed, with the paths of the changed fields, never their values; and one for
 * each object with fields that stay as others want them. Pure.
 *
 * @param forceWith command that applies with force
 */
export function changedLines(changes: Change[], forceWith = 'apply with force'): string[] {
  return [
    ...takenOverLine(changes),
    ...changes.flatMap(({ subject, action, fields = [] }) =>
      action === 'unchanged' ? [] : [`${subject} ${action}${fields.length ? ` (${summary(fields)})` : ''}`],
    ),
    ...changes.flatMap((change) => leftLine(change, forceWith)),
  ];
}

/** One line for the fields of an object that people or controllers have changed since. */
function leftLine({ subject, left = [] }: Change, forceWith: string): string[] {
  if (!left.length) return [];
  const fields = [...new Set(left.map(({ field }) => field.replace(/^\./, '')))];
  const managers = [...new Set(left.map(({ manager }) => manager))].join(', ');
  return [
    fields.length === 1
      ? `${subject}: ${fields[0]} stays as ${managers} set it. To overwrite: ${forceWith}`
      : `${subject}: ${fields.join(', ')} stay as ${managers} set them. To overwrite: ${forceWith}`,
  ];
}

/** One line where kubectl had applied objects before. */
function takenOverLine(changes: Change[]): string[] {
  const taken = changes.filter(({ takenOver }) => takenOver);
  const managers = [...new Set(taken.flatMap(({ takenOver = [] }) => takenOver))].join(', ');
  const [first] = taken;
  if (!first) return [];
  const [objects, fields] =
    taken.length === 1 ? [first.subject, 'its fields'] : [`${taken.length} objects`, 'their fields'];
  return [`kubectl applied ${objects} before (${managers}): nx-kube manages ${fields} now`];
}

const mostFields = 4;

/** A list is named once, however many of its elements changed; many fields are counted. */
function summary(fields: string[]): string {
  const names = [...new Set(fields.map((field) => field.replace(/(\[\d+\])+$/, '')))];
  const rest = names.length - mostFields;
  return `${names.slice(0, mostFields).join(', ')}${rest > 0 ? ` and ${rest} more` : ''}`;
}
