// @ts-check
/** `go.mjs <folder> [--race] [packages…]`: checks and tests packages of one Go module. Default: all packages. */
import { sum } from './src/count.mjs';
import { goCheck, goTest } from './src/steps.mjs';
import { runTarget } from './src/target.mjs';

const [folder = '.', ...rest] = process.argv.slice(2);
const packages = rest.filter((word) => word !== '--race');
const module = { folder, race: rest.includes('--race'), ...(packages.length && { packages }) };
await runTarget(async () => sum([await goCheck(module), await goTest(module)]));
