import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { openMirror } from '../../src/db/open-mirror.ts';
import { buildEventfulMirror } from '../support/eventful-mirror.ts';
import { tempFolder } from '../support/temp-folder.ts';

/** The bytes of an undamaged mirror in which every table has rows. */
export async function buildBase(): Promise<Buffer> {
  const path = join(tempFolder(), 'base.db');
  writeFileSync(path, await buildEventfulMirror());
  const { sqlite, close } = openMirror(path);
  const insertRejected =
    sqlite.prepare(`INSERT INTO rejected_records (fingerprint, why, record, source, position, first_run_id, last_run_id)
    VALUES (?, ?, ?, ?, ?, ?, ?)`);
  for (const record of ['{}', '{"id":"x"}']) {
    const fingerprint = createHash('sha256').update(record).digest('hex');
    insertRejected.run(fingerprint, 'it has no id', record, '/cases/', 0, 1, 2);
  }
  sqlite.exec(`INSERT INTO mirror_moved_cases VALUES (1, 1, 5020, 5021, '2030-01-15T03:17:00.000Z'),
    (2, 3, 5021, 5020, '2030-01-16T03:17:00.000Z')`);
  sqlite.exec(
    `INSERT INTO mirror_snapshot VALUES (1, '../mirror.db', '2030-01-20T03:17:00.000Z', 'hand', 5, 1, NULL)`,
  );
  close();
  return readFileSync(path);
}
