import { getTableName } from 'drizzle-orm';
import { toAttachmentRows } from '../cases/to-docket-rows.ts';
import type { JsonValue } from '../json.ts';
import type { Mirror } from '../mirror/open-mirror.ts';
import { attachments, docketEntries } from '../mirror/schema.ts';
import { listColumns, prepareTempInsert, shadowByView, type Fill } from './shadow.ts';

/** The ids of present entries that came after the run or have been edited since. */
const LATER_ENTRIES = 'mirror_later_entries';
export const PAST_ATTACHMENTS = 'mirror_past_attachments';

/** Past entries that stood after the run, as a condition on `past_docket_entries`. */
const stoodAfter = (runId: number): string =>
  `mirror_until_run_id > ${runId} AND +mirror_since_run_id <= ${runId}`;

/**
 * Makes the shadows of the docket entries and their attachments. Nearly all entries are as they were, so they are read
 * where they are; what has since been edited or removed comes from the past ones. A view of two parts costs SQLite
 * more than one, so the second part is there only if there is something in it. Returns how the attachments of past
 * entries get in.
 */
export function shadowEntries(mirror: Mirror, runId: number): Map<string, Fill> {
  const { sqlite } = mirror;
  sqlite.exec(`
    CREATE TEMP TABLE ${LATER_ENTRIES} (mirror_id INTEGER PRIMARY KEY);
    INSERT INTO temp.${LATER_ENTRIES} SELECT mirror_id FROM main.docket_entries WHERE mirror_first_run_id > ${runId};
    INSERT OR IGNORE INTO temp.${LATER_ENTRIES}
      SELECT mirror_id FROM main.past_docket_entries WHERE mirror_until_run_id > ${runId};
  `);
  const isOfThen = (column: string): string => `${column} NOT IN temp.${LATER_ENTRIES}`;
  const past = sqlite
    .prepare(`SELECT 1 FROM main.past_docket_entries WHERE ${stoodAfter(runId)} LIMIT 1`)
    .get();
  if (past === undefined) {
    shadowByView(sqlite, docketEntries, isOfThen('mirror_id'));
    shadowByView(sqlite, attachments, isOfThen('mirror_entry_id'));
    return new Map();
  }
  const entryColumns = listColumns(docketEntries)
    .map(({ name }) => name)
    .join(', ');
  const columns = listColumns(attachments);
  const attachmentColumns = columns.map(({ name }) => name).join(', ');
  const name = getTableName(attachments);
  sqlite.exec(`
    CREATE TEMP VIEW docket_entries AS
      SELECT ${entryColumns} FROM main.docket_entries WHERE ${isOfThen('mirror_id')}
      UNION ALL SELECT ${entryColumns} FROM main.past_docket_entries WHERE ${stoodAfter(runId)};
    CREATE TEMP TABLE ${PAST_ATTACHMENTS} (${columns.map((column) => `${column.name} ${column.type}`).join(', ')},
      PRIMARY KEY (mirror_entry_id, mirror_position)) WITHOUT ROWID;
    CREATE TEMP VIEW ${name} AS
      SELECT ${attachmentColumns} FROM main.${name} WHERE ${isOfThen('mirror_entry_id')}
      UNION ALL SELECT ${attachmentColumns} FROM temp.${PAST_ATTACHMENTS};
  `);
  const fill = (): void => {
    fillPastAttachments(mirror, runId);
  };
  return new Map([[PAST_ATTACHMENTS, fill]]);
}

/** Makes the rows of the attachments that past entries had. */
function fillPastAttachments({ sqlite }: Mirror, runId: number): void {
  const ids = sqlite
    .prepare<[], number>(
      `SELECT mirror_version_id FROM main.past_docket_entries WHERE ${stoodAfter(runId)} AND attachments IS NOT NULL`,
    )
    .pluck()
    .all();
  const select = sqlite.prepare<[number], { mirror_id: number; attachments: string }>(
    `SELECT mirror_id, attachments FROM main.past_docket_entries WHERE mirror_version_id = ?`,
  );
  const insert = prepareTempInsert(
    sqlite,
    PAST_ATTACHMENTS,
    listColumns(attachments).map(({ name }) => name),
  );
  for (const id of ids) {
    const entry = select.get(id);
    if (entry === undefined) continue;
    toAttachmentRows(JSON.parse(entry.attachments) as JsonValue).forEach((row, mirror_position) => {
      insert({ ...row, mirror_entry_id: entry.mirror_id, mirror_position });
    });
  }
}
