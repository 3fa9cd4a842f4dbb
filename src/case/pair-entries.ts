import { isSame } from './diff.ts';
import { toCanonicalJson } from './fingerprint.ts';
import { isOwnId, toEntry, type EntryColumns, type EntryRow } from './docket-rows.ts';

/**
 * Gives the entries of a docket the keys of the stored entries that they continue, independent of their place and
 * order. An id that occurs once on both sides identifies its entry (A35). All other entries are paired by content: first
 * identical ones, then those that share a number, a document or a text. The remaining entries are new. Each gets a key
 * that no present or past entry of the case has had. `lowestKey` is the lowest key that an entry of the case ever had.
 */
export function pairEntries(
  stored: readonly EntryColumns[],
  entries: readonly EntryRow[],
  lowestKey: number,
): EntryRow[] {
  const storedIds = countIds(stored.map(({ id }) => id));
  const ids = countIds(entries.map(({ columns }) => columns.id));
  const isUnique = (id: number | null): id is number =>
    id !== null && isOwnId(id) && storedIds.get(id) === 1 && ids.get(id) === 1;

  const keyOf = new Map<number, number>();
  const keyOfUnique = new Map<number, number>();
  const left: EntryColumns[] = [];
  for (const row of stored) {
    if (isUnique(row.id)) keyOfUnique.set(row.id, row.mirror_key);
    else left.push(row);
  }
  const open: number[] = [];
  for (const [at, { columns }] of entries.entries()) {
    const key = isUnique(columns.id) ? keyOfUnique.get(columns.id) : undefined;
    if (key === undefined) open.push(at);
    else keyOf.set(at, key);
  }
  for (const toSignature of SIGNATURES) pairBy(toSignature, left, entries, open, keyOf);

  const taken = new Set([...stored.map(({ mirror_key }) => mirror_key), ...keyOf.values()]);
  let lowest = Math.min(lowestKey, 0, ...taken);
  return entries.map((entry, at) => {
    const { id, mirror_key } = entry.columns;
    const key = keyOf.get(at) ?? (id !== null && isOwnId(id) && !taken.has(id) ? id : --lowest);
    taken.add(key);
    return key === mirror_key ? entry : { ...entry, columns: { ...entry.columns, mirror_key: key } };
  });
}

/** Whether two rows hold the same entry. The order of its lists, such as the attachments, makes no difference. */
export function isSameEntry(old: EntryColumns, now: EntryColumns): boolean {
  return hasSameColumns(old, now) || isSame(toEntry(old), toEntry(now));
}

/** Whether two rows are identical except for the mirror's own columns. */
export function hasSameColumns(old: EntryColumns, now: EntryColumns): boolean {
  return (Object.keys(now) as (keyof EntryColumns)[]).every((column) => old[column] === now[column]);
}

/**
 * What two versions of an entry may have in common, strongest first; null if an entry has no such value. Entries with
 * different ids never match.
 */
const SIGNATURES: readonly ((entry: EntryColumns) => string | null)[] = [
  (entry) => toCanonicalJson(toEntry(entry)),
  // The API renumbers the rows when it inserts one before them.
  (entry) => toCanonicalJson({ ...toEntry(entry), row_number: null }),
  ({ id }) => (id !== null && isOwnId(id) ? 'this id' : null),
  ({ pacer_doc_id: document }) => toWord(document),
  ({ entry_number: number, date_filed: date }) => toPair(toWord(number), toWord(date)),
  ({ description, date_filed: date }) => toPair(toWord(description), date),
  ({ entry_number: number }) => toWord(number),
  ({ url }) => toWord(url),
  ({ description }) => toWord(description),
];

/** Removes entries with equal signatures from `left` and `open`, in order, and records their keys. */
function pairBy(
  toSignature: (entry: EntryColumns) => string | null,
  left: EntryColumns[],
  entries: readonly EntryRow[],
  open: number[],
  keyOf: Map<number, number>,
): void {
  if (left.length === 0 || open.length === 0) return;
  const bySignature = new Map<string, EntryColumns[]>();
  const toIdAndSignature = (row: EntryColumns): string | null => {
    const signature = toSignature(row);
    return signature === null ? null : `${row.id !== null && isOwnId(row.id) ? row.id : ''} ${signature}`;
  };
  for (const row of left) {
    const signature = toIdAndSignature(row);
    if (signature === null) continue;
    const same = bySignature.get(signature);
    if (same === undefined) bySignature.set(signature, [row]);
    else same.push(row);
  }
  const gone = new Set<EntryColumns>();
  const stillOpen = open.filter((at) => {
    const columns = entries[at]?.columns;
    const signature = columns === undefined ? null : toIdAndSignature(columns);
    const row = signature === null ? undefined : bySignature.get(signature)?.shift();
    if (row === undefined) return true;
    gone.add(row);
    keyOf.set(at, row.mirror_key);
    return false;
  });
  open.splice(0, open.length, ...stillOpen);
  left.splice(0, left.length, ...left.filter((row) => !gone.has(row)));
}

function countIds(ids: readonly (number | null)[]): ReadonlyMap<number, number> {
  const counts = new Map<number, number>();
  for (const id of ids) if (id !== null) counts.set(id, (counts.get(id) ?? 0) + 1);
  return counts;
}

/**
 * Returns the text if it says something: it is neither empty nor "nan", which a tenth of the entries have instead of a
 * text.
 */
function toWord(text: string | null): string | null {
  return text === null || text === '' || text === 'nan' ? null : text;
}

function toPair(one: string | null, other: string | null): string | null {
  return one === null || other === null ? null : JSON.stringify([one, other]);
}
