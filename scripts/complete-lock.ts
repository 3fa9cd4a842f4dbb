/*
 * Completes package-lock.json for platforms other than the one it was made on. Where a registry does not hold the
 * builds of a package for every platform, npm leaves them out of the lock, and `npm ci` then refuses it everywhere.
 * Adds each optional dependency that the lock names but does not hold. `--check` only tells whether any is missing.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { findMissing, type Lock } from './lock-file.ts';

const LOCK_FILE = new URL('../package-lock.json', import.meta.url);
const lock = JSON.parse(readFileSync(LOCK_FILE, 'utf8')) as Lock;
const missing = findMissing(lock);

if (process.argv.includes('--check')) {
  for (const { path } of missing) console.error(`package-lock.json lacks ${path}`);
  if (missing.length > 0) console.error('Run `npm run lock`.');
  process.exitCode = missing.length > 0 ? 1 : 0;
} else {
  for (const { path, entry } of missing) lock.packages[path] = entry;
  const paths = Object.keys(lock.packages).sort((a, b) => a.localeCompare(b, 'en'));
  const packages = Object.fromEntries(paths.map((path) => [path, lock.packages[path]]));
  writeFileSync(LOCK_FILE, `${JSON.stringify({ ...lock, packages }, null, 2)}\n`);
  console.log(`${missing.length} packages added to package-lock.json`);
}
