import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const BUILT = fileURLToPath(new URL('../../dist/run.js', import.meta.url));
const COMMAND = fileURLToPath(new URL('../../bin/clearinghouse-mirror.js', import.meta.url));

/** The program that a test starts as a process: the same files that users have. */
export function findProgram(): string {
  if (!existsSync(BUILT)) throw new Error('dist/ is not built: run `npm run build`.');
  return COMMAND;
}
