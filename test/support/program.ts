import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const BUILT = fileURLToPath(new URL('../../dist/run.js', import.meta.url));
const COMMAND = fileURLToPath(new URL('../../bin/clearinghouse-mirror.js', import.meta.url));

/** The program that a test starts as a process: the same files that users have. */
export function findProgram(): string {
  if (!existsSync(BUILT)) throw new Error('dist/ is not built: run `npm run build`.');
  return COMMAND;
}

/**
 * Redacts a document by another process while this one reads the mirror. Its bytes cannot leave the file before the reader
 * ends; a later command removes them. Returns what the process wrote to standard error.
 */
export function redactMeanwhile(database: string, documentId: string): string {
  const args = [findProgram(), 'redact', '--document', documentId, '--yes', '--database', database];
  return spawnSync(process.execPath, args).stderr.toString();
}
