import { ATTACHMENT_FIELDS, DOCKET_ENTRY_FIELDS, type FieldKind } from '../api/payload.ts';
import { isJsonObject, type JsonObject, type JsonValue } from '../lib/json.ts';
import type { attachments, docketEntries, docketEntryVersions } from '../db/schema/schema.ts';

export type EntryColumns = Omit<
  typeof docketEntries.$inferSelect,
  'mirror_id' | 'case_id' | 'mirror_first_run_id'
>;
export type AttachmentRow = Omit<typeof attachments.$inferSelect, 'mirror_entry_id' | 'mirror_position'>;

export interface EntryRow {
  readonly columns: EntryColumns;
  readonly attachments: readonly AttachmentRow[];
}

/** The parts of an entry that do not fit its columns: the content of `mirror_rest`. */
interface Rest {
  /** Fields whose value has another type than the column, and unknown fields. */
  readonly values?: JsonObject;
  /** Known fields that the entry does not contain. A null in the column could also mean a null in the entry. */
  readonly missing?: string[];
}

type EntryField = keyof typeof DOCKET_ENTRY_FIELDS;
const ENTRY_FIELDS = Object.keys(DOCKET_ENTRY_FIELDS) as EntryField[];

/**
 * Converts the docket entries of one case to rows, in the API's order. {@link toEntry} is the exact inverse for each.
 */
export function toEntryRows(entries: readonly JsonObject[]): EntryRow[] {
  const taken = new Set<number>();
  const rows: EntryRow[] = [];
  for (const [position, entry] of entries.entries()) {
    const key = toKey(entry.id, taken) ?? -1 - position;
    taken.add(key);
    rows.push(toEntryRow(entry, key));
  }
  return rows;
}

/** The key of an entry is its id if that is a positive integer and unique within the docket (A35). */
function toKey(id: JsonValue | undefined, taken: ReadonlySet<number>): number | undefined {
  return typeof id === 'number' && isOwnId(id) && !taken.has(id) ? id : undefined;
}

/** Whether this id can be the key of an entry. */
export function isOwnId(id: number): boolean {
  return Number.isSafeInteger(id) && id > 0;
}

/** One literal sets all columns: an object that grows column by column is slow to create and to read. */
const NO_COLUMNS: Readonly<Record<string, null>> = Object.fromEntries(
  ['mirror_key', 'mirror_rest', ...ENTRY_FIELDS].map((column) => [column, null]),
);

function toEntryRow(entry: JsonObject, key: number): EntryRow {
  const columns: Record<string, Scalar> = { ...NO_COLUMNS, mirror_key: key };
  const rejected: [string, JsonValue][] = [];
  const missing: string[] = [];
  for (const field of ENTRY_FIELDS) {
    const value = entry[field];
    if (value === undefined) missing.push(field);
    else if (field === 'attachments' && Array.isArray(value)) columns[field] = JSON.stringify(value);
    else if (fitsColumn(DOCKET_ENTRY_FIELDS[field], value) && isStorableText(value)) columns[field] = value;
    else rejected.push([field, value]);
  }
  const keys = Object.keys(entry);
  if (keys.length + missing.length > ENTRY_FIELDS.length) {
    for (const name of keys) {
      if (!Object.hasOwn(DOCKET_ENTRY_FIELDS, name)) rejected.push([name, entry[name] as JsonValue]);
    }
  }
  if (rejected.length > 0 || missing.length > 0) {
    columns.mirror_rest = JSON.stringify({
      ...(rejected.length > 0 && { values: Object.fromEntries(rejected) }),
      ...(missing.length > 0 && { missing }),
    } satisfies Rest);
  }
  return { columns: columns as unknown as EntryColumns, attachments: toAttachmentRows(entry.attachments) };
}

/** SQLite stores text as UTF-8, which cannot encode half of a surrogate pair; a JSON escape can. */
function isStorableText(value: Scalar): boolean {
  return typeof value !== 'string' || value.isWellFormed();
}

const toAttachmentRow = (one: JsonObject): AttachmentRow => pickScalars(one, ATTACHMENT_FIELDS);
const NO_ATTACHMENTS: readonly AttachmentRow[] = [];

/** The rows for the `attachments` of an entry, in their order. */
export function toAttachmentRows(value: JsonValue | undefined): readonly AttachmentRow[] {
  if (!Array.isArray(value) || value.length === 0) return NO_ATTACHMENTS;
  return value.filter(isJsonObject).map(toAttachmentRow);
}

/** Rebuilds the entry that the API sent from its row. */
export function toEntry(columns: EntryColumns): JsonObject {
  const rest = columns.mirror_rest === null ? {} : (JSON.parse(columns.mirror_rest) as Rest);
  const members = ENTRY_FIELDS.filter((field) => rest.missing?.includes(field) !== true).map(
    (field): [string, JsonValue] => {
      const value = columns[field];
      return [
        field,
        field === 'attachments' && typeof value === 'string' ? (JSON.parse(value) as JsonValue) : value,
      ];
    },
  );
  // Spread and fromEntries define a property. An assignment to a field named __proto__ would call its setter.
  return { ...Object.fromEntries(members), ...rest.values };
}

interface ScalarTypes {
  text: string;
  integer: number;
  boolean: boolean;
}

export type Scalar = ScalarTypes[keyof ScalarTypes] | null;

type Fields = Readonly<Record<string, FieldKind>>;

/**
 * The columns for the scalar fields of an API object (those that are not lists or objects); null if it is not an
 * object.
 */
export type Scalars<Of extends Fields> = {
  [Field in keyof Of as Of[Field] extends keyof ScalarTypes ? Field : never]:
    | (Of[Field] extends keyof ScalarTypes ? ScalarTypes[Of[Field]] : never)
    | null;
};

/** Whether a column of this type can store the value unchanged. */
function fitsColumn(kind: FieldKind, value: JsonValue | undefined): value is Scalar {
  if (value === null) return true;
  if (kind === 'text') return typeof value === 'string';
  if (kind === 'boolean') return typeof value === 'boolean';
  return kind === 'integer' && Number.isSafeInteger(value);
}

const isScalarKind = (kind: FieldKind): boolean =>
  kind === 'text' || kind === 'integer' || kind === 'boolean';

/**
 * The text as SQLite can store it. UTF-8 cannot encode half of a surrogate pair, and other programs cannot read a
 * column that contains one. The payload keeps the half as a JSON escape.
 */
export function toStorable<Value>(value: Value): Value | string {
  return typeof value === 'string' ? value.toWellFormed() : value;
}

/** The scalar fields of a kind of object, and a row with all of them. */
interface ScalarFields {
  readonly kinds: readonly (readonly [field: string, kind: FieldKind])[];
  readonly empty: Readonly<Record<string, null>>;
}
const scalarFields = new Map<Fields, ScalarFields>();

function findScalarFields(fields: Fields): ScalarFields {
  const known = scalarFields.get(fields);
  if (known !== undefined) return known;
  const kinds = Object.entries(fields).filter(([, kind]) => isScalarKind(kind));
  const found = { kinds, empty: Object.fromEntries(kinds.map(([field]) => [field, null])) };
  scalarFields.set(fields, found);
  return found;
}

/**
 * The column values of an API object, one for each scalar field. A missing value or one of another type becomes null
 * here; nothing is lost, because the payload is stored beside the columns.
 */
export function pickScalars<Of extends Fields>(object: JsonObject, fields: Of): Scalars<Of> {
  const { kinds, empty } = findScalarFields(fields);
  const row: Record<string, Scalar> = { ...empty };
  for (const [field, kind] of kinds) {
    const value = object[field];
    if (value !== null && fitsColumn(kind, value)) row[field] = toStorable(value);
  }
  return row as Scalars<Of>;
}

export type Entry = Omit<typeof docketEntries.$inferSelect, 'mirror_id'>;
export type PastEntry = typeof docketEntryVersions.$inferSelect;

/**
 * The docket entries of one case after a run, by their keys: present entries that existed and were not edited since,
 * and past entries that were still valid. `past` can hold any of the case's past entries.
 */
export function toEntriesAsOf(
  present: readonly Entry[],
  past: readonly PastEntry[],
  runId: number,
): Map<number, Entry> {
  const ended = past.filter((entry) => entry.mirror_valid_to_run_id > runId);
  const endedKeys = new Set(ended.map(({ mirror_key }) => mirror_key));
  return new Map(
    [
      ...present.filter((entry) => entry.mirror_first_run_id <= runId && !endedKeys.has(entry.mirror_key)),
      ...ended.filter((entry) => entry.mirror_valid_from_run_id <= runId),
    ].map((entry) => [entry.mirror_key, entry]),
  );
}
