import type { Mirror } from '../db/open-mirror.ts';
import { type CaseFilters, listConditions } from '../search/filters.ts';
import { CHOSEN, DOCKET_KEYS, ENTRY_KEYS, RESOURCE_KEYS } from './fields.ts';

/*
 * Chooses the cases of an export, and gives a key to each record that has none on the site. The keys depend on the content
 * alone, not on when the mirror stored the record. All of it is kept in temporary tables of the connection.
 */

/** Fills the temporary tables; returns the ids of the cases in their order. */
export function chooseCases({ sqlite }: Mirror, filters: CaseFilters, isRaw: boolean): number[] {
  const conditions = [
    'cases.mirror_redacted_run_id IS NULL',
    ...(isRaw ? [] : ['cases.mirror_departed_run_id IS NULL']),
    ...listConditions(filters),
  ];
  const toKeys = (table: string, key: string): string =>
    `CREATE TEMP TABLE ${table.slice('temp.'.length)} (${key} INTEGER PRIMARY KEY, key INTEGER)`;
  sqlite.exec(`
    CREATE TEMP TABLE export_cases (id INTEGER PRIMARY KEY);
    INSERT INTO ${CHOSEN} SELECT cases.id FROM cases WHERE ${conditions.join(' AND ')};
    ${toKeys(ENTRY_KEYS, 'mirror_id')};
    ${toKeys(DOCKET_KEYS, 'mirror_key')};
    ${toKeys(RESOURCE_KEYS, 'mirror_key')};
    INSERT INTO ${ENTRY_KEYS} SELECT mirror_id, row_number() OVER (PARTITION BY case_id ORDER BY ${ENTRY_CONTENT}) - 1 - count(*) OVER (PARTITION BY case_id)
      FROM docket_entries AS entry
      WHERE case_id IN (SELECT id FROM ${CHOSEN} AS chosen WHERE (SELECT min(mirror_key) FROM docket_entries WHERE case_id = chosen.id) <= 0)
        AND (mirror_key <= 0 OR EXISTS (
          SELECT 1 FROM docket_entries AS other WHERE other.case_id = entry.case_id AND other.mirror_key <= 0 AND other.id = entry.id));
    INSERT INTO ${DOCKET_KEYS} SELECT mirror_key, -row_number() OVER (ORDER BY mirror_fingerprint) FROM further_dockets WHERE mirror_key <= 0;
    INSERT INTO ${RESOURCE_KEYS} SELECT mirror_key, row_number() OVER (ORDER BY title, mirror_fingerprint) FROM resources
      WHERE mirror_redacted_run_id IS NULL AND mirror_departed_run_id IS NULL ${isRaw ? '' : 'AND mirror_hidden IS NULL'}`);
  return sqlite.prepare<[], number>(`SELECT id FROM ${CHOSEN} ORDER BY id`).pluck().all();
}

const ENTRY_CONTENT =
  'id, row_number, entry_number, date_filed, url, recap_pdf_url, pacer_doc_id, description, attachments, mirror_rest';
