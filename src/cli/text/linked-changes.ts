import type { ShownChange } from '../../case/shown-fields.ts';
import type { Mirror } from '../../db/open-mirror.ts';
import type { RecordKind } from '../../db/schema/schema.ts';
import { type ChangeFilter, type ChangedCase, listChangedCases } from '../../history/changes.ts';
import {
  type LinkedRecordChange,
  type RecordFacts,
  listChangedLists,
  type LinkedFilter,
} from '../../history/linked-changes.ts';
import { clipText, renderPlural } from '../../lib/layout.ts';
import { toFieldSentences, toValuesJson } from './field-sentences.ts';
import type { WritingStyle } from './style.ts';

/** A case with its own changes and those of its linked lists. */
export interface ChangedCaseAndLists extends ChangedCase {
  readonly linked: readonly LinkedRecordChange[];
}

/** What is listed: changes of cases, of linked lists, or of both. */
export interface AllChangesFilter extends ChangeFilter, LinkedFilter {}

/** The cases with changes of either kind, ordered by id. A field of one kind leaves out the other. */
export function* listAllChanges(
  mirror: Mirror,
  { period, caseId, field, linkedField }: AllChangesFilter,
): Generator<ChangedCaseAndLists, void> {
  const cases = linkedField === undefined ? listChangedCases(mirror, { period, caseId, field }) : null;
  const lists = field === undefined ? listChangedLists(mirror, { period, caseId, linkedField }) : null;
  const take = <Item>(from: Generator<Item, void> | null): Item | undefined => {
    const next = from?.next();
    return next === undefined || next.done === true ? undefined : next.value;
  };
  try {
    let one = take(cases);
    let list = take(lists);
    while (one !== undefined || list !== undefined) {
      const id = Math.min(one?.caseId ?? Infinity, list?.caseId ?? Infinity);
      const keys = one?.caseId === id ? one.keys : [];
      const linked = list?.caseId === id ? list.changes : [];
      if (one?.caseId === id) one = take(cases);
      if (list?.caseId === id) list = take(lists);
      yield { caseId: id, keys, linked };
    }
  } finally {
    // A reader that stops early, such as `head`, must not leave a statement open.
    cases?.return(undefined);
    lists?.return(undefined);
  }
}

/** The changes of a case run by run. */
export function toRunsOfAll({ keys, linked }: ChangedCaseAndLists) {
  const runIds = [...new Set([...keys.map((key) => key.run_id), ...linked.map((one) => one.runId)])];
  return runIds
    .sort((a, b) => a - b)
    .map((runId) => ({
      runId,
      keys: keys.filter((key) => key.run_id === runId),
      linked: linked.filter((one) => one.runId === runId),
    }));
}

const RECORD_NOUNS: Readonly<Record<RecordKind, readonly [one: string, many: string]>> = {
  document: ['document', 'documents'],
  docket: ['further docket', 'further dockets'],
  docket_entry: ['entry of a further docket', 'entries of further dockets'],
  resource: ['resource', 'resources'],
};

/** The maximum number of records of a kind that are listed per case, run and event. */
const MAX_RECORDS = 10;

const EVENT_WORDS = {
  added: 'added',
  returned: 'came back',
  removed: 'gone',
  hidden: 'no longer for the public',
  shown: 'for the public now',
  redacted: 'redacted: the content was removed on request',
} as const;
type Whole = keyof typeof EVENT_WORDS;
const WHOLE_EVENTS = Object.keys(EVENT_WORDS) as Whole[];

export type FindRecord = (kind: RecordKind, key: number) => RecordFacts;

/** The changes of the records of one kind: what happened to whole records, and the fields of others. */
interface LinkedGroup {
  readonly kind: RecordKind;
  readonly whole: readonly { readonly event: Whole; readonly keys: readonly number[] }[];
  readonly edits: readonly (readonly [key: number, fields: readonly ShownChange[]])[];
}

/** Groups changes by the kind of their records and by what happened, in the order in which they are told. */
export function groupLinkedChanges(changes: readonly LinkedRecordChange[]): LinkedGroup[] {
  return (Object.keys(RECORD_NOUNS) as RecordKind[]).map((kind) => {
    const ofKind = changes.filter(({ recordKind }) => recordKind === kind);
    const edits = new Map<number, ShownChange[]>();
    for (const one of ofKind) {
      if (one.event !== 'changed') continue;
      const known = edits.get(one.recordKey);
      if (known === undefined) edits.set(one.recordKey, [one.change]);
      else known.push(one.change);
    }
    return {
      kind,
      whole: WHOLE_EVENTS.flatMap((event) => {
        const keys = ofKind.filter((one) => one.event === event).map((one) => one.recordKey);
        return keys.length === 0 ? [] : [{ event, keys }];
      }),
      edits: [...edits],
    };
  });
}

/** "2 documents added". */
export function toEventWords(kind: RecordKind, event: Whole, count: number): string {
  return `${toRecordCount(kind, count)} ${EVENT_WORDS[event]}`;
}

/** "2 documents". */
export function toRecordCount(kind: RecordKind, count: number, before = ''): string {
  const [one, many] = RECORD_NOUNS[kind];
  return renderPlural(count, `${before}${one}`, `${before}${many}`);
}

/** "document (21, Complaint) Complaint for damages". */
export function toRecordName(kind: RecordKind, facts: RecordFacts, style: WritingStyle): string {
  return `${RECORD_NOUNS[kind][0]} ${toRecordWords(kind, facts, style)}`;
}

/** A sentence for each change in the linked lists of a case in one run. */
export function* renderLinkedChanges(
  changes: readonly LinkedRecordChange[],
  find: FindRecord,
  style: WritingStyle,
  depth: number,
): Generator<string> {
  for (const { kind, whole, edits } of groupLinkedChanges(changes)) {
    for (const { event, keys } of whole) yield* renderRecords({ kind, event, keys }, find, style, depth);
    for (const [key, fields] of edits.slice(0, MAX_RECORDS)) {
      const name = toRecordName(kind, find(kind, key), style);
      for (const sentence of toFieldSentences(fields, style)) yield style.line(`${name}: ${sentence}`, depth);
    }
    const rest = edits.length - MAX_RECORDS;
    if (rest > 0) yield style.line(`changed: ${toRecordCount(kind, rest, 'more ')}`, depth);
  }
}

function* renderRecords(
  {
    kind,
    event,
    keys,
  }: { readonly kind: RecordKind; readonly event: Whole; readonly keys: readonly number[] },
  find: FindRecord,
  style: WritingStyle,
  depth: number,
): Generator<string> {
  const words = keys.slice(0, MAX_RECORDS).map((key) => toRecordWords(kind, find(kind, key), style));
  if (keys.length === 1) {
    yield style.line(`${RECORD_NOUNS[kind][0]} ${EVENT_WORDS[event]}: ${words.join('')}`, depth);
    return;
  }
  const isPart = keys.length > MAX_RECORDS ? `, of which the first ${MAX_RECORDS}` : '';
  yield style.line(`${toEventWords(kind, event, keys.length)}${isPart}:`, depth);
  for (const line of words) yield style.line(line, depth + 1);
}

/** "(document 21, Complaint, 2024-01-02) Complaint for damages"; of a hidden or redacted one only the id. */
export function toRecordWords(kind: RecordKind, facts: RecordFacts, style: WritingStyle): string {
  const { id, type, date, title } = facts;
  const text = (value: string | null): string[] =>
    value === null || value.trim() === '' ? [] : [style.text(clipText(value.trim(), style.longest))];
  const head = [
    ...(id === null ? [] : [kind === 'docket_entry' ? `id ${id}` : String(id)]),
    ...text(type).map((one) => (kind === 'docket_entry' ? `no. ${one}` : one)),
    ...text(date),
  ].join(', ');
  const name = text(title).join('');
  return (
    [head === '' ? [] : [`(${head})`], name === '' ? [] : [name]].flat().join(' ') ||
    '(nothing is known of it)'
  );
}

/** The number of events in linked lists, counted while they are rendered. */
export class LinkedTotals {
  private readonly counts = new Map<string, number>();

  add(changes: readonly LinkedRecordChange[]): void {
    // A record of which several fields changed in a run is one changed record.
    const events = new Set(
      changes.map((one) => `${one.event}|${one.recordKind}|${one.recordKey}|${one.runId}`),
    );
    for (const event of events) {
      const name = event.split('|').slice(0, 2).join('|');
      this.counts.set(name, (this.counts.get(name) ?? 0) + 1);
    }
  }

  toWords(): string[] {
    return (Object.keys(RECORD_NOUNS) as RecordKind[]).flatMap((kind) => {
      const [one, many] = RECORD_NOUNS[kind];
      const parts = (
        ['added', 'returned', 'changed', 'removed', 'hidden', 'shown', 'redacted'] as const
      ).flatMap((event) => {
        const count = this.counts.get(`${event}|${kind}`) ?? 0;
        return count === 0 ? [] : [{ event, count }];
      });
      return parts.map(({ event, count }) => `${renderPlural(count, one, many)} ${TOTAL_WORDS[event]}`);
    });
  }
}

const TOTAL_WORDS = {
  added: 'added',
  returned: 'back',
  changed: 'changed',
  removed: 'gone',
  hidden: 'hidden',
  shown: 'shown',
  redacted: 'redacted',
} as const;

/** A change as `--json` prints it. */
export function toLinkedChangeJson(
  one: LinkedRecordChange,
  caseName: string | null,
  facts: RecordFacts,
): object {
  return {
    run_id: one.runId,
    changed_at: one.changedAt,
    case_id: one.caseId,
    case_name: caseName,
    kind: `${one.recordKind.replace('_', ' ')} ${one.event}`,
    ...(one.event === 'changed' && {
      field: one.change.field,
      ...toValuesJson(one.change),
    }),
    record_kind: one.recordKind,
    record_key: one.recordKey,
    record_id: facts.id,
    record_type: facts.type,
    record_date: facts.date,
    record_title: facts.title,
  };
}
