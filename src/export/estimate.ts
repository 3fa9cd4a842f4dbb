import { rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Mirror } from '../db/open-mirror.ts';
import { MirrorError } from '../errors/mirror-error.ts';
import { findFreeBytes } from '../lib/files.ts';
import { type Cell, noMisfits, prepareToValues } from './columns.ts';
import { type Format, finishing } from './formats/format.ts';
import type { Table, TableName } from './table.ts';
import { writeWholeCases } from './whole-cases.ts';

/*
 * How much space an export will take: some rows of each table are written in its format, and their size is multiplied. So the
 * estimate fits any mirror, whatever its texts are like and however well they compress.
 */

const MAX_ROWS = 2500;
const MAX_CHARACTERS = 2_000_000;
const MAX_CASES = 60;

/** Tables of the mirror that have as many rows as a table of the export, where the names differ. */
const COUNTED: Readonly<Partial<Record<TableName, string>>> = {
  dockets: 'all_dockets',
  case_changes: 'change_log',
  linked_changes: 'linked_change_log',
  runs: 'sync_runs',
};

interface EstimateRequest {
  readonly tables: readonly Table[];
  readonly caseIds: readonly number[];
  readonly isRaw: boolean;
  readonly withoutTexts: boolean;
  readonly signal: AbortSignal;
  /** Whether the table of cases has whole cases. */
  readonly isWhole: boolean;
}

/** Estimates the bytes of an export in a format. Writes samples to `folder`, and removes them. */
export async function estimateBytes(
  mirror: Mirror,
  folder: string,
  format: Format,
  request: EstimateRequest,
): Promise<number> {
  const count = (sql: string): number => mirror.sqlite.prepare<[], number | null>(sql).pluck().get() ?? 0;
  const share = request.caseIds.length / Math.max(1, count('SELECT count(*) FROM cases'));
  const every = Math.max(1, Math.ceil(request.caseIds.length / MAX_CASES));
  const caseIds = request.caseIds.filter((_, at) => at % every === 0);
  const path = join(folder, `sample.${format.ending}`);
  let sum = 0;
  for (const table of request.tables) {
    try {
      if (request.isWhole && table.name === 'cases') {
        await writeWholeCases(mirror, path, { ...request, caseIds });
        sum += (statSync(path).size / weighCases(mirror, caseIds)) * weighCases(mirror, null) * share;
        continue;
      }
      const { rows, textBytes } = await writeSample(mirror, path, format, table, caseIds);
      const bytes = statSync(path).size;
      if (rows === 0) sum += bytes;
      else if (table.name === 'document_texts')
        sum += (bytes / Math.max(1, textBytes)) * count(ALL_TEXTS) * share;
      else sum += (bytes / rows) * count(`SELECT count(*) FROM ${COUNTED[table.name] ?? table.name}`) * share;
    } finally {
      rmSync(path, { force: true });
    }
  }
  return Math.ceil(sum);
}

const ALL_TEXTS = 'SELECT sum(bytes) FROM texts JOIN document_texts ON text_id = texts.mirror_id';
/** Bytes of a docket entry as JSON. Only how entries compare with the rest of a case matters. */
const BYTES_AN_ENTRY = 500;

/** What whole cases weigh: those with these ids, or all. A few have most of the entries, so that to count cases is not enough. */
function weighCases({ sqlite }: Mirror, caseIds: readonly number[] | null): number {
  const ids = JSON.stringify(caseIds);
  const which = (column: string): string =>
    caseIds === null ? '? IS NOT NULL' : `${column} IN (SELECT value FROM json_each(?))`;
  const weight = sqlite
    .prepare<[string, string], number>(
      `SELECT (SELECT coalesce(sum(length(mirror_payload)), 0) FROM cases WHERE ${which('id')})
        + ${BYTES_AN_ENTRY} * (SELECT count(*) FROM docket_entries WHERE ${which('case_id')})`,
    )
    .pluck()
    .get(ids, ids);
  return Math.max(1, weight ?? 0);
}

async function writeSample(
  { sqlite }: Mirror,
  path: string,
  format: Format,
  table: Table,
  caseIds: readonly number[],
): Promise<{ readonly rows: number; readonly textBytes: number }> {
  const misfits = noMisfits();
  const toValues = prepareToValues(table.name, table.columns, misfits);
  const statement = sqlite
    .prepare<number[], Cell[]>(table.isPerCase ? table.sql : `SELECT * FROM (${table.sql}) LIMIT ${MAX_ROWS}`)
    .raw()
    .safeIntegers();
  const writer = format.open(path, table);
  let [rows, characters, textBytes] = [0, 0, 0];
  const isFull = (): boolean => rows >= MAX_ROWS || characters >= MAX_CHARACTERS;
  await finishing(writer.finish, () => {
    for (const parameters of table.isPerCase ? caseIds.map((id) => [id]) : [[]])
      for (const cells of statement.iterate(...parameters)) {
        if (isFull()) break;
        const values = toValues(cells);
        writer.write(format.fit?.(values, table.columns, misfits) ?? values);
        rows++;
        for (const value of values) if (typeof value === 'string') characters += value.length;
        const text = values.at(-1);
        if (table.name === 'document_texts' && typeof text === 'string') textBytes += Buffer.byteLength(text);
      }
    return Promise.resolve();
  });
  return { rows, textBytes };
}

/** Fails with EXPORT_NO_ROOM if the disk has less space than the export will take. */
export function checkRoom(folder: string, needed: number): void {
  const free = findFreeBytes(folder);
  if (free < needed)
    throw new MirrorError(
      'EXPORT_NO_ROOM',
      `The export takes about ${toMegabytes(needed)} MB, and ${toMegabytes(free)} MB are free.`,
    );
}

const toMegabytes = (bytes: number): number => Math.ceil(bytes / 1e6);
