// @ts-check
/**
 * Runs the specs that start Nx with the older of the two versions that the packages support. The other one runs
 * everything else.
 */
import { otherNx } from './src/other-nx.mjs';
import { vitest } from './src/steps.mjs';
import { runTarget } from './src/target.mjs';

await runTarget(async () => vitest(['in-nx.spec.ts'], { env: { NX_KUBE_TEST_NX: await otherNx('23.2.1') } }));
