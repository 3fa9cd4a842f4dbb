import {
  CASE_FIELDS,
  type CasePayload,
  DEFENDANT_FIELDS,
  DOCKET_FIELDS,
  type FieldKind,
  RELATED_CASE_FIELDS,
} from '../clearinghouse/case-payload.ts';
import { isJsonObject, type JsonValue } from '../json.ts';
import type { caseDefendants, cases, dockets, ListField, relatedCases } from '../mirror/schema.ts';
import { pickScalars, toStorable } from './pick-scalars.ts';
import { toPlainText } from './plain-text.ts';
import type { SplitPayload } from './fingerprint.ts';
import { toEntryRows, type EntryRow } from './to-docket-rows.ts';

type OfRun =
  | 'mirror_status_id'
  | 'mirror_first_run_id'
  | 'mirror_changed_run_id'
  | 'mirror_departed_run_id'
  | 'mirror_redacted_run_id';
type ListRow<Table extends { $inferSelect: object }> = Omit<
  Table['$inferSelect'],
  'case_id' | 'mirror_position'
>;

export type CaseRow = Omit<typeof cases.$inferSelect, OfRun>;
export type DefendantRow = ListRow<typeof caseDefendants>;
export type RelatedCaseRow = ListRow<typeof relatedCases>;
export type DocketRow = Omit<typeof dockets.$inferSelect, 'case_id'>;

/** Everything that the mirror stores of one case, before it is known to which run it belongs. */
export interface CaseRows {
  readonly case: CaseRow;
  /** The elements of each list that are texts, in the API's order. */
  readonly lists: Readonly<Record<ListField, readonly string[]>>;
  readonly defendants: readonly DefendantRow[];
  readonly relatedCases: readonly RelatedCaseRow[];
  readonly docket: DocketRow | null;
  readonly entries: readonly EntryRow[];
}

/** Turns a payload into rows. Pure; what does not fit a column stays in `mirror_payload`, which is the whole truth. */
export function toCaseRows(payload: CasePayload, split: SplitPayload, fingerprint: string): CaseRows {
  const entries = split.entries === null ? null : toEntryRows(split.entries);
  const docket = payload.main_docket;
  return {
    case: {
      ...pickScalars(payload, CASE_FIELDS),
      id: payload.id,
      mirror_fingerprint: fingerprint,
      mirror_summary_text:
        typeof payload.summary === 'string' ? toPlainText(toStorable(payload.summary)) : null,
      mirror_payload: JSON.stringify(split.rest),
      mirror_entry_keys: entries === null ? null : toEntryKeys(entries),
    },
    lists: toLists(payload),
    defendants: listObjects(payload.case_defendants).map((one) => pickScalars(one, DEFENDANT_FIELDS)),
    relatedCases: listObjects(payload.related_cases).map((one) => pickScalars(one, RELATED_CASE_FIELDS)),
    docket: isJsonObject(docket) ? pickScalars(docket, DOCKET_FIELDS) : null,
    entries: entries ?? [],
  };
}

/** The rows of a case whose docket entries have got other keys. */
export function withEntries(rows: CaseRows, entries: readonly EntryRow[]): CaseRows {
  if (rows.case.mirror_entry_keys === null) return rows;
  return { ...rows, case: { ...rows.case, mirror_entry_keys: toEntryKeys(entries) }, entries };
}

function toEntryKeys(entries: readonly EntryRow[]): string {
  return JSON.stringify(entries.map((entry) => entry.columns.mirror_key));
}

const isListField = (kind: FieldKind): boolean => kind === 'texts' || kind === 'values';

/** The fields of a case that become list tables. */
export const LIST_FIELDS = (Object.keys(CASE_FIELDS) as (keyof typeof CASE_FIELDS)[]).filter((field) =>
  isListField(CASE_FIELDS[field]),
) as ListField[];

function toLists(payload: CasePayload): Record<ListField, readonly string[]> {
  const lists: Partial<Record<ListField, readonly string[]>> = {};
  for (const field of LIST_FIELDS) lists[field] = listTexts(payload[field]);
  return lists as Record<ListField, readonly string[]>;
}

function listTexts(list: JsonValue | undefined): string[] {
  if (!Array.isArray(list)) return [];
  return list
    .map((element) => (isJsonObject(element) ? element.value : element))
    .filter((text) => typeof text === 'string')
    .map(toStorable);
}

function listObjects(list: JsonValue | undefined) {
  return Array.isArray(list) ? list.filter(isJsonObject) : [];
}
