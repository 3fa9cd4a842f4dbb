import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { openSqlite } from '../../src/db/engine.ts';
import { ONE_OF_EACH, soundCase } from '../db/sound-case.ts';
import { buildEventfulMirror } from './eventful-mirror.ts';
import { onceARun } from './once/once-a-run.ts';
import { tempFolder } from './temp-folder.ts';

/** A mirror in which every table and every view has rows. */
export async function makeFullMirror(): Promise<string> {
  const path = join(tempFolder(), 'mirror.db');
  writeFileSync(path, await onceARun('full-mirror', buildFullMirror));
  return path;
}

async function buildFullMirror(): Promise<Buffer> {
  const audited = Object.values(ONE_OF_EACH).map(([fields, docket], at) =>
    soundCase(201 + at, fields, docket),
  );
  const path = join(tempFolder(), 'mirror.db');
  writeFileSync(path, await buildEventfulMirror(audited));
  const sqlite = openSqlite(path);
  // Each of them would have made its run partial, and then no case would have departed.
  sqlite.exec(`INSERT INTO rejected_records (fingerprint, why, record, source, position, first_run_id, last_run_id) VALUES ('f', 'it has no id', '{}', '/cases/', 0, 1, 1);
    INSERT INTO mirror_moved_cases VALUES (1, 1, 5020, 5021, '2030-01-15T03:17:00.000Z')`);
  sqlite.close();
  return readFileSync(path);
}
