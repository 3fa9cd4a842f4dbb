import { lstatSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { moveIntoPlace } from '../../lib/replace-file.ts';
import { type TableState, UnknownLog, readState } from './actions.ts';

/* The log of a Delta table on the disk: a file for each version. */

/** The folder of the log in the folder of a table. */
const LOG = '_delta_log';

/** The name of the file of a version. */
const toCommitName = (version: number): string => `${String(version).padStart(20, '0')}.json`;

const COMMIT = /^\d{20}\.json$/;

/** The state of a table; null if the folder has none. Fails with {@link UnknownLog}. */
export function readTable(folder: string): TableState | null {
  const log = join(folder, LOG);
  if (lstatSync(log, { throwIfNoEntry: false }) === undefined) return null;
  const names = readdirSync(log)
    .filter((name) => COMMIT.test(name))
    .sort();
  const missing = names.findIndex((name, version) => name !== toCommitName(version));
  if (missing !== -1) throw new UnknownLog(`version ${missing} is missing`);
  return readState(
    (function* () {
      for (const name of names) yield readFileSync(join(log, name), 'utf8');
    })(),
  );
}

/**
 * Writes a version of a table, whose files are on the disk. `temp` is a place on the same disk for the unfinished file. Throws EEXIST
 * and changes nothing if another program wrote this version meanwhile.
 */
export function writeCommit(folder: string, version: number, text: string, temp: string): void {
  const log = join(folder, LOG);
  mkdirSync(log, { recursive: true });
  writeFileSync(temp, text);
  moveIntoPlace(temp, join(log, toCommitName(version)), { mustBeNew: true });
}
