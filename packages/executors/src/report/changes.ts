import type { Change } from '@nx-kube/cluster';

/** One line for each object that an apply changed, and one for all that it did not. Pure. */
export function changeLines(changes: Change[]): string[] {
  const unchanged = changes.filter(({ action }) => action === 'unchanged').length;
  return [
    ...changedLines(changes),
    ...(unchanged ? [`${unchanged} ${unchanged === 1 ? 'object' : 'objects'} unchanged`] : []),
  ];
}

/** One line for each object that an apply changed, with the paths of the changed fields, never their values. Pure. */
export function changedLines(changes: Change[]): string[] {
  return [
    ...takenOverLine(changes),
    ...changes.flatMap(({ subject, action, fields = [] }) =>
      action === 'unchanged' ? [] : [`${subject} ${action}${fields.length ? ` (${summary(fields)})` : ''}`],
    ),
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
