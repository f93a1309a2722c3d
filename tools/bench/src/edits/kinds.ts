/** The kinds of edits, in the order of the report. */
export const kinds = {
  comment: 'words of a comment change; the binary stays the same',
  'comment-line': 'a comment line is added, so the line numbers below it change',
  string: 'a string constant changes',
  statement: 'one statement is added to the reconciler',
  type: 'a file with a new type and its method is added',
  shared: 'one statement is added to a function of a shared module',
  manifest: 'one field of one object changes',
} as const;

export type Kind = keyof typeof kinds;

export const kindNames = Object.keys(kinds) as Kind[];

/** Whether the kind edits Go code, so that a `go build` can be compared. */
export function isGo(kind: Kind): boolean {
  return kind !== 'manifest';
}
