import { setUp } from '../set-up.mjs';

// Imported after it, for what it imports is built by it.
await setUp();
const { main } = await import('./src/main.js');
process.exitCode = await main(process.argv.slice(2));
