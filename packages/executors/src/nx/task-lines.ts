/** Header of a task: `> nx run project:target`, with a note where it comes from a cache. */
const header = /^> nx run ([^:\s]+):\S+/;
/** A message of Nx, such as the summary at the end. All lines up to the next header belong to it. */
const message = /^\s*NX {2,}\S/;
const grouping = /^::(end)?group::/;

/**
 * Tells the lines of tasks from those that Nx prints around them: headers, messages, the summary, and the project's
 * name in front of each line.
 *
 * @param project the project of the task that is run; those of further tasks are read from their headers
 * @returns a function that takes the lines of a stream in their order, and returns undefined for a line of Nx
 */
export function taskLines(project: string): (line: string) => string | undefined {
  const projects = new Set([project]);
  let isOfNx = false;
  return (line) => {
    const [, owner] = header.exec(line) ?? [];
    if (owner !== undefined) {
      projects.add(owner);
      isOfNx = false;
      return undefined;
    }
    if (grouping.test(line)) return undefined;
    const name = [...projects].find((one) => line === `${one}:` || line.startsWith(`${one}: `));
    // Only a line of a task has the name in front.
    if (name !== undefined) return line.slice(name.length + 2);
    isOfNx ||= message.test(line);
    return isOfNx ? undefined : line;
  };
}

/** What the tasks printed, without empty lines around it; where that is nothing, all that Nx printed. Pure. */
export function taskOutput(project: string, streams: readonly string[]): string {
  const output = streams.flatMap((stream) => {
    const own = taskLines(project);
    return stream.split('\n').flatMap((line) => own(line) ?? []);
  });
  return trimmed(output.join('\n')) || trimmed(streams.join('\n'));
}

function trimmed(text: string): string {
  return text.replace(/^(\s*\n)+|\s+$/g, '');
}
