/** What is edited, in the order of the report. */
export const kinds = {
  comment: 'words of a comment change; the binary stays the same',
  'comment-line': 'a line of comment is added, so the line numbers below it change',
  string: 'a string constant changes',
  statement: 'one statement is added to the reconciler',
  type: 'a file with a new type and its method is added',
  shared: 'one statement is added to a function of a shared module',
  manifest: 'one field of one object changes',
} as const;

export type Kind = keyof typeof kinds;

export const kindNames = Object.keys(kinds) as Kind[];

/** Whether the edit is one of Go code: there is a `go build` to compare with. */
export function isGo(kind: Kind): boolean {
  return kind !== 'manifest';
}
