import { LIST_FIELDS, toCaseRows, withEntries } from '../cases/to-case-rows.ts';
import type { EntryRow } from '../cases/to-docket-rows.ts';
import type { Flaws } from './checks.ts';
import { compareList, compareRow } from './compare-rows.ts';
import type { StoredRows } from './find-stored-rows.ts';
import type { Rebuilt } from './rebuild-payload.ts';
import { show } from './show.ts';

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
