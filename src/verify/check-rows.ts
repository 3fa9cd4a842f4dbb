import { LIST_FIELDS, toCaseRows, withEntries } from '../cases/to-case-rows.ts';
import type { EntryRow } from '../cases/to-docket-rows.ts';
import type { Rebuilt } from './check-payload.ts';
import { type Flaw, type Flaws, show, showDifference } from './checks.ts';
import type { Cell, Row, StoredRows } from './find-stored-rows.ts';

/** Compares a row with what its columns should hold; other columns are not looked at. */
export function* compareRow(table: string, expected: object, found: Row | undefined): Generator<Flaw> {
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

/** Compares the rows of a list with its elements, each at its position. Returns how many rows there are. */
function* compareList(
  table: string,
  expected: readonly object[],
  found: readonly Row[],
): Generator<Flaw, number> {
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

/** SQLite keeps half a surrogate pair as bytes that come back as replacement characters, one or several. */
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

/** Compares every row of a case with those that its payload makes. */
export function* checkRows(stored: StoredRows, { payload, split }: Rebuilt): Flaws {
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

/** An entry keeps the key with which it came, wherever it stands by now. */
function withStoredKeys(entries: readonly EntryRow[], keys: string | null): readonly EntryRow[] {
  const list = JSON.parse(keys ?? '[]') as number[];
  return entries.map((entry, at) => {
    const key = list[at];
    return key === undefined || key === entry.columns.mirror_key
      ? entry
      : { ...entry, columns: { ...entry.columns, mirror_key: key } };
  });
}

function* checkDocket(expected: ReturnType<typeof toCaseRows>['entries'], stored: StoredRows): Flaws {
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
