import { MirrorError } from '../errors.ts';
import type { Mirror } from '../mirror/open-mirror.ts';
import { query, type QueryAnswer } from '../mirror/query.ts';
import { listOpened } from './list-opened.ts';
import { listLaterCases } from './list-later-cases.ts';
import { refuseMissingHistory } from './missing-history.ts';
import { rebuildLaterCases } from './rebuild-later-cases.ts';
import { PAST_ATTACHMENTS } from './shadow-entries.ts';
import { refuseForeignSchema, shadowForeign, shadowTables, shadowViews } from './shadow-tables.ts';
import type { Fill } from './shadow.ts';

export interface AnswerAsOf extends QueryAnswer {
  /** Cases of then whose content was removed on request since: the answer knows only that they were there. */
  readonly redactedCases: number;
}

/**
 * Runs a user's SQL on the state of the mirror after a run that has ended. The connection is used up by it: from now
 * on it reads that state and no other, until it is closed, whatever a sync writes meanwhile. Only the names without a
 * schema before them are of then; `main.cases` is the present. Fails like `query`, and with HISTORY_MISSING or
 * HISTORY_DAMAGED.
 */
export function queryAsOf(mirror: Mirror, runId: number, text: string): AnswerAsOf {
  const { sqlite } = mirror;
  query(mirror, text); // refuses what it refuses at any time, in the same words
  sqlite.exec('BEGIN'); // never ended but by closing
  refuseForeignSchema(mirror);
  refuseMissingHistory(mirror, runId);
  const fills = shadowTables(mirror, runId);
  const foreign = shadowForeign(mirror);
  shadowViews(mirror);
  const answer = query(mirror, text);
  const opened = listOpened(sqlite, text);
  const unknown = foreign.find((name) => opened?.has(name) ?? isNamed(name, text));
  if (unknown !== undefined)
    throw new MirrorError('HISTORY_MISSING', `Nobody kept what ${unknown} said at that time.`, {
      hint: `"main.${unknown}" reads it as it is now.`,
    });
  const redactedCases = listLaterCases(mirror, runId);
  fillTables(mirror, runId, fills, (table) => opened?.has(table) ?? true);
  return { ...answer, redactedCases };
}

/** Whether a statement of which nothing else is known names a table. */
function isNamed(table: string, text: string): boolean {
  return text.toLowerCase().includes(table.toLowerCase());
}

/** Fills the temporary tables that are wanted. */
export function fillTables(
  mirror: Mirror,
  runId: number,
  fills: ReadonlyMap<string, Fill>,
  isWanted: (table: string) => boolean,
): void {
  const wanted = [...fills].filter(([table]) => isWanted(table));
  for (const [, fill] of wanted) fill();
  if (wanted.some(([table]) => table !== PAST_ATTACHMENTS)) rebuildLaterCases(mirror, runId, isWanted);
}
