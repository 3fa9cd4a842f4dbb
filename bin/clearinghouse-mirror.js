#!/usr/bin/env node
import { existsSync } from 'node:fs';
import module from 'node:module';
import { homedir } from 'node:os';
import { join } from 'node:path';

const program = new URL('../dist/run.js', import.meta.url);
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
keepCompiled();
await import('../dist/run.js');

/**
 * Has Node 22 and later keep what they compile, in a folder that nobody else can write. Where they can't, nothing is lost
 * but a few milliseconds.
 */
function keepCompiled() {
  try {
    const folder = process.env.XDG_CACHE_HOME || join(homedir(), '.cache');
    module.enableCompileCache?.(join(folder, 'clearinghouse-mirror'));
  } catch {
    // A user without a home folder.
  }
}
