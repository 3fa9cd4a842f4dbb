import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Mirror } from '../db/open-mirror.ts';
import { MirrorError } from '../errors/mirror-error.ts';
import { verifyMirror } from '../verify/proof.ts';
import { listCodebook } from './codebook.ts';
import type { Export, WrittenFile } from './manifest.ts';
import { type TableRequest, loadFormat, toWrittenFile, writeTable } from './write-table.ts';

/*
 * What a release has beyond an export: all tables in one database, and the proof that the mirror is sound. The
 * database is built afresh from the same rows as the files, so that what an export leaves out is not in it either: departed
 * cases, hidden records, what was redacted, and summaries if they are not wanted. A copy of the mirror would hold them all.
 */

/** Cases after which memory is looked after. */
const CASES_A_CALL = 50;

/** Runs every check of `verify`. Fails with DATABASE_DAMAGED at the first finding. */
export function verifyAll(mirror: Mirror, onRows: (() => void) | undefined): void {
  const findings = verifyMirror(mirror, { of: 'everything' }, (cases) => {
    if (cases % CASES_A_CALL === 0) onRows?.();
  });
  for (const { caseId, what, expected, found } of findings)
    throw new MirrorError(
      'DATABASE_DAMAGED',
      `${mirror.path}: ${caseId === null ? '' : `case ${caseId}: `}${what}: expected ${expected}, found ${found}.`,
      { hint: 'Run `clearinghouse-mirror verify`, which names everything that is damaged.' },
    );
  // The cache of every page that was checked is of no use to what follows.
  mirror.sqlite.pragma('shrink_memory');
}

const FOLDER = 'database';

/**
 * Writes the tables of an export once more, as one SQLite database. Fails with EXPORT_FAILED unless each has the same content
 * as its file.
 */
export async function writeDatabase(
  mirror: Mirror,
  request: Omit<TableRequest, 'format' | 'table' | 'partition' | 'folder'>,
  done: Export,
): Promise<WrittenFile> {
  const format = await loadFormat('sqlite');
  const root = request.root;
  mkdirSync(join(root, FOLDER));
  let path = '';
  let rows = 0;
  for (const { table, contentHash } of done.tables) {
    const one = await writeTable(mirror, { ...request, format, table, partition: null, folder: FOLDER });
    if (one.contentHash !== contentHash)
      throw new MirrorError(
        'EXPORT_FAILED',
        `The table ${table.name} of the database has other content than its file.`,
      );
    path = one.files[0]?.path ?? path;
    rows += one.rows;
  }
  format.finishShared?.(join(root, path), listCodebook(done));
  return toWrittenFile(root, path, rows);
}
