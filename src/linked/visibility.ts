import type { JsonObject, JsonValue } from '../lib/json.ts';
import type { RecordKind } from '../db/schema/schema.ts';

/** Why a record is not for the public. */
export type HiddenReason = 'placeholder' | 'status' | 'file';

/** The only values of a status that are known to be public (A46). */
const PUBLIC_STATUSES: ReadonlySet<string> = new Set(['Coding Complete', 'Approved']);

const STATUS_FIELDS: Partial<Record<RecordKind, string>> = {
  document: 'document_status',
  resource: 'status',
};

/** Fields that even a blank placeholder fills in. */
const FIELDS_OF_PLACEHOLDERS: ReadonlySet<string> = new Set([
  'id',
  'clearinghouse_link',
  'is_core_document',
  'text_url',
]);

/**
 * Why a record is not for the public, or null if it is: a blank placeholder, a status that is not known to be public
 * (a null too), or a file in a folder that is not public.
 */
export function whyHidden(kind: RecordKind, payload: JsonObject): HiddenReason | null {
  const field = STATUS_FIELDS[kind];
  if (field === undefined) return null;
  if (isPlaceholder(payload)) return 'placeholder';
  if (Object.hasOwn(payload, field) && !isPublicStatus(payload[field])) return 'status';
  const { file } = payload;
  return typeof file === 'string' && /(?:^|\/)nonpublic\//i.test(file) ? 'file' : null;
}

function isPublicStatus(status: JsonValue | undefined): boolean {
  return typeof status === 'string' && PUBLIC_STATUSES.has(status.trim());
}

/** Whether nothing is filled in. A flag that is false and an empty list say nothing. */
function isPlaceholder(payload: JsonObject): boolean {
  const fields = Object.entries(payload).filter(([name]) => !FIELDS_OF_PLACEHOLDERS.has(name));
  return fields.length > 0 && fields.every(([, value]) => isBlank(value));
}

function isBlank(value: JsonValue): boolean {
  return value === null || value === false || value === '' || (Array.isArray(value) && value.length === 0);
}
