import { setUp } from '../set-up.mjs';

// Import `main` only after `setUp`, which builds the packages that it imports.
await setUp();
const { main } = await import('./src/main.js');
process.exitCode = await main(process.argv.slice(2));
