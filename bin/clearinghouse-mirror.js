#!/usr/bin/env node
import { existsSync } from 'node:fs';

const program = new URL('../dist/src/cli/run.js', import.meta.url);
const [major, minor] = process.versions.node.split('.').map(Number);

if (major < 20 || (major === 20 && minor < 19)) {
  console.error(
    `Error: clearinghouse-mirror needs Node 20.19 or later; this is Node ${process.versions.node}.`,
  );
  console.error('Hint: Install a newer Node, and install clearinghouse-mirror again with it.');
  process.exit(1);
}
if (!existsSync(program)) {
  console.error('Error: clearinghouse-mirror is not built: dist/ is missing.');
  console.error(
    'Hint: Run `npm install` in the checkout, with development dependencies; see docs/install.md.',
  );
  process.exit(1);
}
await import('../dist/src/cli/run.js');
