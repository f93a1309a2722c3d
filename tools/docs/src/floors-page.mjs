// @ts-check

/**
 * The page with its table of floors brought up to date. The table stands below the comment `<!-- floors: … -->`.
 *
 * @param {string} page Markdown
 * @param {Record<string, string[]>} floors by folder, the ground floor first
 * @returns {string}
 */
export function withFloors(page, floors) {
  const rows = Object.entries(floors).map(
    ([folder, list]) => `| \`${folder}\` | ${list.map((floor) => `\`${floor}\``).join(' → ')} |`,
  );
  const table = ['| package | floors, the ground floor first |', '| --- | --- |', ...rows].join('\n');
  return page.replace(/(<!-- floors: [^\n]* -->\n)(\s*\|[^\n]*\n)*/, (_, comment) => `${comment}\n${table}\n`);
}
