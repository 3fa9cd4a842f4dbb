import type { Mirror } from '../db/open-mirror.ts';
import { type Misfits, noMisfits, prepareToValues } from '../export/columns.ts';
import type { Table } from '../export/table.ts';
import { readRows } from '../export/select.ts';
import { RowSum, hashRow, toCopyLine } from './copy-text.ts';
import { inSchema, quoteAll } from './layout.ts';
import { type PartTable, WHOLE, toPartColumn, toPartTable } from './parts.ts';
import type { Session } from './session.ts';

/** What was loaded into a table. */
export interface LoadedTable {
  readonly table: Table;
  readonly rows: number;
  readonly misfits: Misfits;
}

/** The rows of each part and the sum of their hashes. */
export type PartSums = Map<PartTable, Map<bigint, RowSum>>;

export interface LoadRequest {
  /** The schema of the table. */
  readonly schema: string;
  /** Whether the rows are visible to every snapshot as soon as the table is; only in the transaction that made the table. */
  readonly isFrozen: boolean;
  /** The cases whose rows are loaded, if the table has its rows by case. */
  readonly caseIds: readonly number[];
  readonly sums: PartSums;
  readonly signal: AbortSignal;
  /** Called after some thousands of rows, which may have left garbage. */
  readonly onRows: () => void;
}

const ROWS_A_CALL = 2500;

/** Loads the rows of a table from the mirror, and adds them to the sums of their parts. */
export async function loadTable(
  session: Session,
  mirror: Mirror,
  table: Table,
  { schema, isFrozen, caseIds, sums, signal, onRows }: LoadRequest,
): Promise<LoadedTable> {
  const misfits = noMisfits();
  const toValues = prepareToValues(table.name, table.columns, misfits);
  const parts = getOrAdd(sums, toPartTable(table), () => new Map<bigint, RowSum>());
  const column = toPartColumn(table);
  const at = table.columns.findIndex(({ name }) => name === column);
  const names = quoteAll(table.columns.map(({ name }) => name));
  const copy = session.copyIn(
    `COPY ${inSchema(schema, table.name)} (${names}) FROM STDIN${isFrozen ? ' WITH (FREEZE)' : ''}`,
  );
  let rows = 0;
  for await (const block of readRows(mirror, table, caseIds, signal))
    for (const cells of block) {
      const values = toValues(cells);
      await copy.write(toCopyLine(values));
      const key = at === -1 ? WHOLE : (values[at] as bigint);
      getOrAdd(parts, key, () => new RowSum()).add(hashRow(table.name, values));
      rows++;
      if (rows % ROWS_A_CALL === 0) onRows();
    }
  await copy.finish();
  return { table, rows, misfits };
}

function getOrAdd<Key, Value>(map: Map<Key, Value>, key: Key, make: () => Value): Value {
  const known = map.get(key);
  if (known !== undefined) return known;
  const made = make();
  map.set(key, made);
  return made;
}
