import { setImmediate as nextTick } from 'node:timers/promises';
import type { Mirror } from '../db/open-mirror.ts';
import type { Cell } from './columns.ts';
import type { Table } from './fields.ts';

/** The rows that are held at a time. Some have texts of a megabyte. */
const ROWS_A_STEP = 200;

/** Reads the rows of a table one by one, in the order of its key. Fails with the signal's reason. */
export async function* readRows(
  { sqlite }: Mirror,
  { sql, isPerCase }: Table,
  caseIds: readonly number[],
  signal: AbortSignal,
): AsyncGenerator<readonly Cell[][]> {
  const statement = sqlite.prepare<number[], Cell[]>(sql).raw().safeIntegers();
  let block: Cell[][] = [];
  for (const parameters of isPerCase ? caseIds.map((id) => [id]) : [[]]) {
    for (const row of statement.iterate(...parameters)) {
      block.push(row);
      if (block.length < ROWS_A_STEP) continue;
      yield block;
      block = [];
      await nextTick();
      signal.throwIfAborted();
    }
  }
  yield block;
}
