// @ts-check
/**
 * `vitest.mjs <folder>`: runs the unit tests of one project, on the Node version of `NX_KUBE_TEST_NODE` if that is set.
 */
import { otherNode, vitest } from './src/steps.mjs';
import { runTarget } from './src/target.mjs';

const [folder, ...args] = process.argv.slice(2);
const version = process.env.NX_KUBE_TEST_NODE;
await runTarget(async () => vitest([`${folder}/`, ...args], { node: version ? await otherNode(version) : undefined }));
