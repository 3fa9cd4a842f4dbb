import type { Misfits } from '../../export/columns.ts';
import { explainUnread } from '../../export/run.ts';
import { renderPlural } from '../../lib/layout.ts';
import type { Published } from '../../publish/publish.ts';
import { renderBytes } from './words.ts';

const sizeOf = ({ tables }: Published): number => tables.reduce((sum, { bytes }) => sum + bytes, 0);

const countAll = (counts: Misfits[keyof Misfits]): number =>
  Object.values(counts).reduce((sum, count) => sum + count, 0);

export function renderPublished(published: Published): string {
  const { schema, run, coverage, tables, merged, earlierRunId, loaded } = published;
  const unread = explainUnread(coverage);
  const how =
    merged === null
      ? 'All tables were built anew.'
      : `${renderPlural(merged.written, 'row')} written and ${renderPlural(merged.removed, 'row')} removed since run ${earlierRunId ?? '?'}.`;
  const untyped = loaded.reduce((sum, { misfits }) => sum + countAll(misfits.untyped), 0);
  const replaced = loaded.reduce((sum, { misfits }) => sum + countAll(misfits.nulReplaced), 0);
  const lines = [
    `${schema}: ${renderPlural(tables.length, 'table')}, ${renderBytes(sizeOf(published))}, the state after run ${run.id} (ended at ${run.endedAt}).`,
    how,
    ...(run.lacking === null ? [] : [`Not complete: ${run.lacking}.`]),
    ...(unread === null ? [] : [unread]),
    ...tables.map(
      ({ name, rows, bytes }) => `  ${name}: ${renderPlural(rows, 'row')}, ${renderBytes(bytes)}`,
    ),
    ...(untyped === 0
      ? []
      : [
          `${renderPlural(untyped, 'date')} of those sent is no date of Postgres: NULL, with its text beside it.`,
        ]),
    ...(replaced === 0
      ? []
      : [`${renderPlural(replaced, 'text')} of those sent had a NUL, which Postgres cannot hold: U+FFFD.`]),
  ];
  return `${lines.join('\n')}\n`;
}

export function toPublishedJson(published: Published): object {
  const { schema, run, coverage, tables, merged, earlierRunId, loaded } = published;
  const merge = (kind: keyof Misfits): Record<string, number> =>
    Object.fromEntries(
      loaded.flatMap(({ table, misfits }) =>
        Object.entries(misfits[kind]).map(([column, count]) => [`${table.name}.${column}`, count]),
      ),
    );
  return {
    schema,
    run_id: run.id,
    complete: run.lacking === null,
    linked_lists: coverage.linked_lists,
    linked_lists_read: coverage.linked_lists_read,
    earlier_run_id: earlierRunId,
    built_anew: merged === null,
    rows_written: merged?.written ?? null,
    rows_removed: merged?.removed ?? null,
    tables,
    not_typed: merge('untyped'),
    nul_replaced: merge('nulReplaced'),
  };
}
