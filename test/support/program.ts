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

/** The environment of a process that does not wait while a test holds the mirror open. */
export const SKIPS_BUSY: NodeJS.ProcessEnv = {
  NODE_OPTIONS: `--import=${new URL('skip-busy.js', import.meta.url).href}`,
};

/**
 * Redacts a document, or with other arguments a case, by another process while this one reads the mirror. Its bytes cannot
 * leave the file before the reader ends; a later command removes them.
 */
export function redactMeanwhile(database: string, ...subject: readonly string[]): CliEnd {
  const args = [findProgram(), 'redact', ...subject, '--yes', '--database', database];
  const { status, stderr } = spawnSync(process.execPath, args, { env: { ...process.env, ...SKIPS_BUSY } });
  return { exitCode: status, stderr: stderr.toString() };
}

interface CliEnd {
  readonly exitCode: number | null;
  readonly stderr: string;
}
