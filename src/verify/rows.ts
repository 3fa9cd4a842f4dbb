import { LIST_FIELDS, toCaseRows, withEntries } from '../case/case-rows.ts';
import { type EntryRow, toEntryRows } from '../case/docket-rows.ts';
import { type Violation, type Violations, Unreadable, show, showDifference } from './checks.ts';
import { type Rebuilt, readEntry } from './payload.ts';
import {
  type Cell,
  type Circumstances,
  type Row,
  type StoredEntry,
  type StoredPastEntry,
  type StoredRows,
  groupBy,
  toVersionRuns,
} from './stored-rows.ts';

/** Compares a row with the expected columns; ignores other columns. */
function* compareRow(table: string, expected: object, found: Row | undefined): Generator<Violation> {
  if (found === undefined) {
    yield { what: `a row of ${table}`, expected: show(expected), found: 'nothing' };
    return;
  }
  for (const [column, value] of Object.entries(expected)) {
    const cell = found[column];
    if (!isSameCell(value as Cell | boolean, cell)) {
      yield { what: `${table}.${column}`, ...showDifference(toCell(value as Cell | boolean), cell) };
    }
  }
}

/** Compares the rows of a list with its elements by position. Returns the number of rows. */
function* compareList(
  table: string,
  expected: readonly object[],
  found: readonly Row[],
): Generator<Violation, number> {
  const byPosition = new Map(found.map((row) => [row.mirror_position, row]));
  for (const [position, element] of expected.entries()) {
    yield* compareRow(`${table}[${position}]`, element, byPosition.get(position));
    byPosition.delete(position);
  }
  for (const [position, row] of byPosition) {
    yield { what: `a row of ${table}[${show(position)}]`, expected: 'nothing', found: show(row) };
  }
  return found.length;
}

function toCell(value: Cell | boolean): Cell {
  return typeof value === 'boolean' ? Number(value) : value;
}

/** SQLite stores half of a surrogate pair as bytes that it returns as one or several replacement characters. */
function isSameCell(expected: Cell | boolean, found: Cell | undefined): boolean {
  const cell = toCell(expected);
  if (cell === found) return true;
  return (
    typeof cell === 'string' &&
    typeof found === 'string' &&
    !cell.isWellFormed() &&
    squeeze(cell) === squeeze(found)
  );
}

function squeeze(text: string): string {
  return text.toWellFormed().replace(/\ufffd+/g, '\ufffd');
}

/** Compares every row of a case with the row that its payload makes. */
export function* checkRows(stored: StoredRows, { payload, split }: Rebuilt): Violations {
  const made = toCaseRows(payload, split, stored.case.mirror_fingerprint);
  const rows = withEntries(made, withStoredKeys(made.entries, stored.case.mirror_entry_keys));
  let checked = 1;
  yield* compareRow('cases', rows.case, stored.case);
  for (const field of LIST_FIELDS) {
    const elements = rows.lists[field].map((value) => ({ value }));
    checked += yield* compareList(field, elements, stored.lists.get(field) ?? []);
  }
  checked += yield* compareList('case_defendants', rows.defendants, stored.defendants);
  checked += yield* compareList('related_cases', rows.relatedCases, stored.relatedCases);
  if (rows.docket !== null) yield* compareRow('dockets', rows.docket, stored.docket);
  else if (stored.docket !== undefined)
    yield { what: 'a row of dockets', expected: 'nothing', found: show(stored.docket) };
  if (stored.docket !== undefined) checked++;
  return checked + (yield* checkDocket(rows.entries, stored));
}

/** An entry keeps its first key, independent of its place in the list. */
function withStoredKeys(entries: readonly EntryRow[], keys: string | null): readonly EntryRow[] {
  const list = JSON.parse(keys ?? '[]') as number[];
  return entries.map((entry, at) => {
    const key = list[at];
    return key === undefined || key === entry.columns.mirror_key
      ? entry
      : { ...entry, columns: { ...entry.columns, mirror_key: key } };
  });
}

function* checkDocket(expected: ReturnType<typeof toCaseRows>['entries'], stored: StoredRows): Violations {
  const byKey = new Map(stored.entries.map((entry) => [entry.mirror_key, entry]));
  let checked = stored.entries.length;
  for (const { columns, attachments } of expected) {
    const found = byKey.get(columns.mirror_key);
    byKey.delete(columns.mirror_key);
    yield* compareRow(`docket_entries (mirror_key ${columns.mirror_key})`, columns, found);
    if (found === undefined) continue;
    if (columns.mirror_key >= 0 && columns.mirror_key !== columns.id)
      yield {
        what: 'docket_entries.mirror_key',
        expected: 'the id of the entry, or a negative number',
        found: show(columns.mirror_key),
      };
    const rows = stored.attachments.get(found.mirror_id) ?? [];
    if (attachments.length + rows.length > 0)
      checked += yield* compareList(`attachments of entry ${columns.mirror_key}`, attachments, rows);
  }
  for (const surplus of byKey.values()) {
    yield { what: 'a row of docket_entries', expected: 'nothing', found: show(surplus) };
  }
  return checked;
}

/**
 * Checks that the versions of each docket entry form one sequence, and that runs which stored versions of the case
 * created them.
 */
export function* checkPastEntries(stored: StoredRows, circumstances: Circumstances): Violations {
  const { allow } = toVersionRuns(stored, circumstances);
  const byKey = new Map(stored.entries.map((entry) => [entry.mirror_key, entry]));
  for (const entry of stored.entries) {
    const runId = entry.mirror_first_run_id;
    if (!allow(runId)) yield toStranger(`docket_entries (mirror_key ${entry.mirror_key})`, runId);
  }
  for (const [key, past] of groupBy(stored.pastEntries, (one) => one.mirror_key)) {
    for (const [at, entry] of past.entries()) {
      yield* checkContent(entry);
      yield* checkSpell(entry, past[at - 1]);
      for (const runId of [entry.mirror_first_run_id, entry.mirror_valid_to_run_id]) {
        if (!allow(runId)) yield toStranger(toName(entry), runId);
      }
      yield* checkEnd(entry, past[at + 1] ?? byKey.get(key));
    }
  }
  return stored.entries.length + stored.pastEntries.length;
}

function toName({ mirror_key, mirror_valid_to_run_id }: StoredPastEntry): string {
  return `the past entry ${mirror_key} until run ${mirror_valid_to_run_id}`;
}

function toStranger(what: string, runId: number): Violation {
  return { what, runId, expected: 'a run that stored a version of the case', found: show(runId) };
}

/** The columns equal those that the entry makes, and the key is the entry's id if it is unique. */
function* checkContent(row: StoredPastEntry): Generator<Violation> {
  try {
    const [made] = toEntryRows([readEntry('docket_entry_versions', row)]);
    const isOwnId = row.mirror_key >= 0;
    const mirror_key = isOwnId ? row.id : row.mirror_key;
    yield* compareRow(toName(row), { ...made?.columns, mirror_key }, row);
  } catch (error) {
    if (!(error instanceof Unreadable)) throw error;
    yield error.violation;
  }
}

/** The version begins when the entry first appears or when the version before it ends, and has a positive duration. */
function* checkSpell(entry: StoredPastEntry, before: StoredPastEntry | undefined): Generator<Violation> {
  const { mirror_valid_from_run_id: since, mirror_valid_to_run_id: until } = entry;
  if (since >= until)
    yield { what: toName(entry), runId: since, expected: `a beginning before ${until}`, found: show(since) };
  const expected =
    before?.mirror_end_reason === 'edited' ? before.mirror_valid_to_run_id : entry.mirror_first_run_id;
  if (since !== expected)
    yield {
      what: `${toName(entry)}: mirror_valid_from_run_id`,
      runId: since,
      expected: show(expected),
      found: show(since),
    };
}

/**
 * After an edit, the next version belongs to the same entry. After a removal, there is none, or an entry that was added
 * later.
 */
function* checkEnd(
  entry: StoredPastEntry,
  next: StoredEntry | StoredPastEntry | undefined,
): Generator<Violation> {
  const { mirror_valid_to_run_id: until, mirror_end_reason: end } = entry;
  const violation = { what: toName(entry), runId: until };
  const goesOn =
    next?.mirror_id === entry.mirror_id && next.mirror_first_run_id === entry.mirror_first_run_id;
  const comesLater = next === undefined || next.mirror_first_run_id >= until;
  if (end === 'edited') {
    if (!goesOn) yield { ...violation, expected: 'the same entry, edited', found: toFound(next) };
  } else if (end === 'removed') {
    if (!comesLater)
      yield { ...violation, expected: 'nothing, or an entry that came later', found: toFound(next) };
  } else yield { ...violation, expected: 'edited or removed', found: show(end) };
}

function toFound(next: StoredEntry | StoredPastEntry | undefined): string {
  return next === undefined
    ? 'nothing'
    : `mirror_id ${next.mirror_id}, which came with run ${next.mirror_first_run_id}`;
}
