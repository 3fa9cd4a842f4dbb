import type { FinishedExport } from '../../export/export.ts';
import { type WrittenTable, listLeftOut, renderWithheld } from '../../export/manifest.ts';
import { renderPlural } from '../../lib/layout.ts';
import { renderBytes } from './words.ts';

const sizeOf = ({ files }: WrittenTable): number => files.reduce((sum, { bytes }) => sum + bytes, 0);

export function renderTableProgress(written: WrittenTable): string {
  return `${written.table.name}: ${renderPlural(written.rows, 'row')}, ${renderBytes(sizeOf(written))}.\n`;
}

export function renderExport(folder: string, done: FinishedExport): string {
  const { run, tables, leftOut, format, database, kind, replaced } = done;
  const withheld = renderWithheld(done);
  const sizes = new Map(tables.flatMap(({ files }) => files.map((file) => [file.path, file.bytes])));
  const bytes = [...sizes.values()].reduce((sum, one) => sum + one, 0);
  const lines = [
    `${folder}: ${renderPlural(tables.length, 'table')} as ${format}, ${renderBytes(bytes)}, the state after run ${run.id} (ended at ${run.endedAt}).`,
    ...(database === null
      ? []
      : [`  ${database.path}: all tables in one database, ${renderBytes(database.bytes)}`]),
    ...(replaced === null
      ? []
      : [
          `It replaced the earlier ${kind}: ${renderPlural(replaced.tables, 'table')}, the state after run ${replaced.runId}.`,
        ]),
    ...(run.lacking === null ? [] : [`Not complete: ${run.lacking}.`]),
    ...tables.map((one) => `  ${one.table.name}: ${renderPlural(one.rows, 'row')}`),
    ...listLeftOut(leftOut).map((sentence) => `  ${sentence}`),
    ...(withheld === null ? [] : [`  ${withheld}`]),
  ];
  return `${lines.join('\n')}\n`;
}

export function toExportJson(folder: string, done: FinishedExport): object {
  const { run, tables, leftOut, withheld, format, replaced } = done;
  return {
    folder,
    format,
    run_id: run.id,
    complete: run.lacking === null,
    tables: tables.map((one) => ({ name: one.table.name, rows: one.rows, bytes: sizeOf(one) })),
    left_out: leftOut,
    left_since: withheld,
    replaced: replaced === null ? null : { run_id: replaced.runId, tables: replaced.tables },
  };
}
