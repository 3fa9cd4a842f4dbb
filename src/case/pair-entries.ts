import { isSame } from './diff.ts';
import { toCanonicalJson } from './fingerprint.ts';
import { isOwnId, toEntry, type EntryColumns, type EntryRow } from './docket-rows.ts';

/**
 * Gives the entries of a docket the keys of the stored entries that they continue, so that neither their place nor
 * their order decides which entry is which. An id that is used once on both sides identifies its entry. All others are
 * paired by what they say: first those that say exactly the same, then those with a number, a document or a text in
 * common. What is left is new, and gets a key that no entry of the case, present or past, has had.
 *
 * `lowestKey` is the lowest key that an entry of the case ever had.
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

/** Whether two rows hold the same entry. Another order of its lists, such as the attachments, is no difference. */
export function isSameEntry(old: EntryColumns, now: EntryColumns): boolean {
  return hasSameColumns(old, now) || isSame(toEntry(old), toEntry(now));
}

/** Whether two rows are equal to the letter, but for what the mirror adds to an entry. */
export function hasSameColumns(old: EntryColumns, now: EntryColumns): boolean {
  return (Object.keys(now) as (keyof EntryColumns)[]).every((column) => old[column] === now[column]);
}

/**
 * What two versions of one entry may have in common, strongest first; null where an entry has nothing of that kind. Two
 * entries with different ids are never the same one.
 */
const SIGNATURES: readonly ((entry: EntryColumns) => string | null)[] = [
  (entry) => toCanonicalJson(toEntry(entry)),
  // Rows are numbered anew when one comes in before them.
  (entry) => toCanonicalJson({ ...toEntry(entry), row_number: null }),
  ({ id }) => (id !== null && isOwnId(id) ? 'this id' : null),
  ({ pacer_doc_id: document }) => toWord(document),
  ({ entry_number: number, date_filed: date }) => toPair(toWord(number), toWord(date)),
  ({ description, date_filed: date }) => toPair(toWord(description), date),
  ({ entry_number: number }) => toWord(number),
  ({ url }) => toWord(url),
  ({ description }) => toWord(description),
];

/** Takes those out of `left` and `open` that have the same signature, in their order, and notes their keys. */
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

/** A text that says something: neither empty nor the "nan" that stands for nothing in a tenth of the entries. */
function toWord(text: string | null): string | null {
  return text === null || text === '' || text === 'nan' ? null : text;
}

function toPair(one: string | null, other: string | null): string | null {
  return one === null || other === null ? null : JSON.stringify([one, other]);
}
