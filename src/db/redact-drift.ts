import type Database from 'better-sqlite3';

/*
 * The table `schema_drift` names fields that the API is not known to have. Such a name is text from a record, so a
 * redaction removes it too, unless another record has the field as well.
 */

/** The columns that hold the unknown fields of the records of each kind. */
const HOLDERS: Readonly<Record<string, readonly (readonly [table: string, column: string])[]>> = {
  case: [
    ['cases', 'mirror_payload'],
    ['docket_entries', 'mirror_rest'],
    ['docket_entries', 'attachments'],
  ],
  document: [['documents', 'mirror_payload']],
  docket: [
    ['further_dockets', 'mirror_payload'],
    ['further_docket_entries', 'mirror_rest'],
    ['further_docket_entries', 'attachments'],
  ],
  resource: [['resources', 'mirror_payload']],
};

/** The kinds of records of which `schema_drift` tells. */
export const KINDS_WITH_DRIFT: readonly string[] = Object.keys(HOLDERS);

/** Where an unknown field can stand. A name may contain dots itself. */
const PLACE = /^(?:(?:main_docket|[a-z_]{1,40}\[\])\.)*/;
/** A longer name is cut off in `schema_drift`. */
const CUT_AT = 100;

/**
 * Deletes the names of unknown fields that were first seen in these cases and that no record has any more. Part of the
 * caller's transaction, after the content of the record was deleted.
 */
export function deleteDriftOf(sqlite: Database.Database, kind: string, caseIds: readonly number[]): void {
  const fields = sqlite
    .prepare<[string, string], string>(
      `SELECT DISTINCT field FROM schema_drift
       WHERE record_kind = ? AND expected = 'no such field'
         AND example_case_id IN (SELECT value FROM json_each(?))`,
    )
    .pluck()
    .all(kind, JSON.stringify(caseIds));
  const remove = sqlite.prepare(
    `DELETE FROM schema_drift WHERE record_kind = ? AND field = ? AND expected = 'no such field'`,
  );
  const holders = (HOLDERS[kind] ?? []).map(([table, column]) =>
    sqlite.prepare<[string]>(`SELECT 1 FROM ${table} WHERE instr(${column}, ?) > 0 LIMIT 1`),
  );
  for (const field of fields) {
    const member = toMember(field.replace(PLACE, ''));
    if (holders.every((holder) => holder.get(member) === undefined)) remove.run(kind, field);
  }
}

/** How JSON of this program writes the name of a member. */
function toMember(name: string): string {
  const written = JSON.stringify(name);
  return name.length < CUT_AT ? `${written}:` : written.slice(0, -1);
}
