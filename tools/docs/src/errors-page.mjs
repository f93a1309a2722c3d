// @ts-check
import { mark } from './page.mjs';

/** @typedef {import('./errors.mjs').KnownError} KnownError */

/** What the reader deals with, by the beginning of the path of the source, in the order of the page. */
const groups = /** @type {const} */ ([
  ['Setting a repository up', ['plugin/src/cli/']],
  ['Kubeconfig, context and credentials', ['cluster/src/connect/']],
  ['The API server', ['cluster/src/api/', 'cluster/src/watch/']],
  ['Manifests', ['cluster/src/object/']],
  ['Apply and prune', ['cluster/src/apply/', 'cluster/src/apply-set/', 'executors/src/deploy/']],
  ['Readiness', ['cluster/src/readiness/', 'executors/src/loop/observe/']],
  ['Connections to pods', ['cluster/src/streams/', 'executors/src/agent/', 'executors/src/pods/']],
  ['Port-forwards', ['executors/src/forwards/']],
  ['The workload', ['executors/src/workload/']],
  ['Tools on this machine', ['executors/src/process/', 'executors/src/requirements/', 'executors/src/doctor/']],
  ['Go', ['executors/src/go/', 'plugin/src/go/']],
  ['kustomize', ['executors/src/kustomize/', 'plugin/src/kustomize/']],
  ['Images and registries', ['executors/src/image/', 'cluster/src/environment/']],
  ['Further sources of objects', ['executors/src/sources/']],
  ['Secrets', ['executors/src/secrets/']],
  ['Flux', ['executors/src/flux/', 'executors/src/executors/flux/']],
  [
    'Debugging',
    ['executors/src/delve/', 'executors/src/executors/dev/nx-debug', 'plugin/src/generators/debug-config/'],
  ],
  ['Settings of one developer', ['executors/src/settings/']],
  ['Targets and options', ['executors/src/', 'plugin/src/', 'cluster/src/']],
]);

/**
 * The page of all failures that the sources know.
 *
 * @param {KnownError[]} errors
 * @returns {string} Markdown
 */
export function errorsPage(errors) {
  const sections = groups.map(([title, prefixes]) => {
    const own = errors.filter(({ file }) => groupOf(file) === title);
    const rows = [...new Map(own.map((error) => [error.message, row(error)])).values()];
    return prefixes.length && rows.length
      ? `## ${title}\n\n| message | next step |\n| --- | --- |\n${rows.join('\n')}\n`
      : '';
  });
  return `${mark} from the sources: run it after a change of a message. -->

# Errors

Every failure that nx-kube reports by itself, with the next step that it prints after \`→\`. \`<…>\` stands for what is only known when it happens.
[Troubleshooting](troubleshooting.md) explains the frequent ones. Messages of the API server, of Go, kustomize, helm, flux and of image builders are
printed as they come.

${sections.filter(Boolean).join('\n')}`;
}

/** @param {string} file @returns {string} */
function groupOf(file) {
  const path = file.replace(/^packages\//, '');
  return groups.find(([, prefixes]) => prefixes.some((prefix) => path.startsWith(prefix)))?.[0] ?? '';
}

/** @param {KnownError} error @returns {string} */
function row({ culprit, message, next }) {
  const step = next || (culprit === 'bug' ? 'Report it: this is a bug in nx-kube.' : '');
  return `| ${code(message)} | ${step && code(step, false)} |`;
}

/** @param {string} text @param {boolean} [asCode] */
function code(text, asCode = true) {
  const line = text.replaceAll('\n', ' ').replaceAll('|', '\\|').trim();
  if (!asCode) return line.replaceAll('<', '&lt;').replaceAll('*', '\\*');
  return line.includes('`') ? `\`\` ${line} \`\`` : `\`${line}\``;
}
