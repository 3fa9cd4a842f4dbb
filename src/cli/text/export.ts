import type { FinishedExport } from '../../export/export.ts';
import type { Commit } from '../../export/delta/folder.ts';
import type { Uploaded } from '../../export/upload/upload.ts';
import { explainUnread } from '../../export/run.ts';
import { type WrittenTable, listLeftOut, renderWithheld } from '../../export/manifest.ts';
import type { TableName } from '../../export/table.ts';
import { toPlaceText } from '../../lib/command-line.ts';
import { renderPlural } from '../../lib/layout.ts';
import { renderBytes } from './words.ts';

/** The tables that lack something while a list of documents, dockets or resources was not read. */
const OF_LINKED_LISTS: ReadonlySet<TableName> = new Set<TableName>([
  'dockets',
  'further_docket_entries',
  'documents',
  'case_documents',
  'resources',
  'case_resources',
  'document_texts',
  'document_files',
  'linked_changes',
]);

const sizeOf = ({ files }: WrittenTable): number => files.reduce((sum, { bytes }) => sum + bytes, 0);

export const renderUnrecorded = (place: string, fault: string): string =>
  `Warning: ${place} is not on record, so \`redact\` will not name it: ${fault}.\n`;

export function renderExport(folder: string, done: FinishedExport): string {
  const { run, tables, leftOut, format, database, kind, replaced, commits, uploaded } = done;
  const hasLinked = tables.some(({ table }) => OF_LINKED_LISTS.has(table.name));
  const unread = hasLinked ? explainUnread(done.coverage) : null;
  const withheld = renderWithheld(done);
  const sizes = new Map(tables.flatMap(({ files }) => files.map((file) => [file.path, file.bytes])));
  const bytes = [...sizes.values()].reduce((sum, one) => sum + one, 0);
  const lines = [
    `${toPlaceText(folder)}: ${renderPlural(tables.length, kind === 'delta' ? 'Delta table' : 'table')} as ${format}, ${renderBytes(bytes)}, the state after run ${run.id} (ended at ${run.endedAt}).`,
    ...(database === null
      ? []
      : [`  ${database.path}: all tables in one database, ${renderBytes(database.bytes)}`]),
    ...(replaced === null
      ? []
      : [
          `It replaced the earlier ${kind === 'delta' ? 'Delta tables with all their versions' : kind}: ${renderPlural(replaced.tables, 'table')}, the state after run ${replaced.runId}.`,
        ]),
    ...(run.lacking === null ? [] : [`Not complete: ${run.lacking}.`]),
    ...(unread === null ? [] : [unread]),
    ...(commits === null ? [] : [renderCommits(commits)]),
    ...tables.map(
      (one, at) => `  ${one.table.name}: ${renderPlural(one.rows, 'row')}${renderVersion(commits?.[at])}`,
    ),
    ...listLeftOut(leftOut).map((sentence) => `  ${sentence}`),
    ...(withheld === null ? [] : [`  ${withheld}`]),
    ...(uploaded === null ? [] : [renderUploaded(uploaded)]),
  ];
  return `${lines.join('\n')}\n`;
}

function renderCommits(commits: readonly Commit[]): string {
  const changed = commits.filter(({ isNew }) => isNew);
  const repaired = commits.reduce((total, { isNew, files }) => total + (isNew ? 0 : files), 0);
  const repair =
    repaired === 0
      ? ''
      : ` ${renderPlural(repaired, 'damaged file was', 'damaged files were')} written anew.`;
  if (changed.length === 0) return `The folder had this state already: no table has a new version.${repair}`;
  const sum = (pick: (one: Commit) => number): number => changed.reduce((total, one) => total + pick(one), 0);
  return `${renderPlural(changed.length, 'table has', 'tables have')} a new version, with ${renderPlural(
    sum(({ files }) => files),
    'new file',
  )}, ${renderBytes(sum((one) => one.bytes))}.${repair}`;
}

const renderVersion = (commit: Commit | undefined): string =>
  commit === undefined ? '' : `, ${commit.isNew ? 'new version' : 'version'} ${commit.version}`;

function renderUploaded({ address, folder, newer, objects, bytes, unchanged, removed }: Uploaded): string {
  const others = [
    ...(unchanged === 0 ? [] : [`${renderPlural(unchanged, 'object was', 'objects were')} there already`]),
    ...(removed === 0 ? [] : [`${renderPlural(removed, 'object was', 'objects were')} removed`]),
    ...(newer === null ? [] : [`manifest.json still names ${newer}, of a later run`]),
  ];
  return `${address}${folder}: ${[`${renderPlural(objects, 'object')} written and read back, ${renderBytes(bytes)}`, ...others].join('; ')}.`;
}

export function toExportJson(folder: string, done: FinishedExport): object {
  const { run, tables, leftOut, withheld, format, replaced, kind, commits, uploaded } = done;
  return {
    folder,
    format: kind === 'delta' ? kind : format,
    run_id: run.id,
    complete: run.lacking === null,
    linked_lists: done.coverage.linked_lists,
    linked_lists_read: done.coverage.linked_lists_read,
    tables: tables.map((one) => ({ name: one.table.name, rows: one.rows, bytes: sizeOf(one) })),
    left_out: leftOut,
    left_since: withheld,
    commits: commits?.map(({ isNew, ...one }) => ({ ...one, new: isNew })) ?? null,
    uploaded,
    replaced: replaced === null ? null : { run_id: replaced.runId, tables: replaced.tables },
  };
}
