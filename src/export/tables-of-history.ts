import { RECORD_KINDS } from '../db/schema/schema.ts';
import * as field from './fields.ts';
import { isKnownSql, toShownChanges } from './other-fields.ts';
import { CHOSEN, OF_CASE, type Table, type TableOptions, define } from './table.ts';
import { SUMMARIES } from './tables-of-cases.ts';

const IS_KNOWN_OF_CASE = `(${isKnownSql('case')} OR ${isKnownSql('main_docket', 'main_docket.')})`;
const IS_KNOWN_OF_RECORD = `(${RECORD_KINDS.map((kind) => `(record_kind = '${kind}' AND ${isKnownSql(kind)})`).join(' OR ')})`;
/** A value of a summary is the property of the Clearinghouse, in the history too. An unknown field may be one. */
const NO_TEXTS_OF_CASES = `AND (field IS NULL OR ${IS_KNOWN_OF_CASE} AND field NOT IN (${[...SUMMARIES].map((name) => `'${name}'`).join(', ')}))`;
const NO_TEXTS_OF_RECORDS = `AND (field IS NULL OR ${IS_KNOWN_OF_RECORD})`;

export function toCaseChanges(options: TableOptions): Table {
  const { isRaw, withoutTexts } = options;
  const changes = toShownChanges(options, {
    from: isRaw ? 'change_log' : 'clean_change_log',
    columns: 'run_id, changed_at, case_id, entry_key',
    holder: `'case'`,
    isKnown: IS_KNOWN_OF_CASE,
  });
  return define({
    name: 'case_changes',
    kind: 'history',
    description: 'What changed in cases and their main dockets, as far as the mirror saw it.',
    key: ['position'],
    references: [OF_CASE, { columns: ['run_id'], table: 'runs', to: ['id'] }],
    isPerCase: false,
    fields: [
      field.int(
        'position',
        `row_number() OVER (ORDER BY run_id, case_id, field, entry_key, kind, old_value, new_value)`,
      ),
      field.int('run_id'),
      field.time('changed_at'),
      field.int('case_id'),
      field.int('entry_key'),
      field.coded('kind'),
      field.text('field'),
      field.text('old_value'),
      field.text('new_value'),
    ],
    from: `FROM ${changes} WHERE case_id IN (SELECT id FROM ${CHOSEN}) ${withoutTexts ? NO_TEXTS_OF_CASES : ''} ORDER BY 1`,
  });
}

/** A `+` keeps SQLite from looking up the changes of each case, and of each record, by itself. */
export function toLinkedChanges(options: TableOptions): Table {
  const { isRaw, withoutTexts } = options;
  const changes = toShownChanges(options, {
    from: 'linked_change_log',
    columns: 'run_id, changed_at, case_id, record_kind, record_key, event',
    holder: 'record_kind',
    isKnown: IS_KNOWN_OF_RECORD,
  });
  const shown = `(record_kind = 'document' AND +record_key IN (SELECT id FROM clean_documents))
      OR (record_kind = 'docket' AND +record_key IN (SELECT mirror_key FROM clean_further_dockets))
      OR (record_kind = 'docket_entry' AND +record_key IN (SELECT mirror_id FROM clean_further_docket_entries))
      OR (record_kind = 'resource' AND +record_key IN (SELECT mirror_key FROM clean_resources))`;
  return define({
    name: 'linked_changes',
    kind: 'history',
    description: 'What changed in documents, further dockets and resources.',
    key: ['position'],
    references: [OF_CASE, { columns: ['run_id'], table: 'runs', to: ['id'] }],
    isPerCase: false,
    fields: [
      field.int(
        'position',
        `row_number() OVER (ORDER BY run_id, case_id, record_kind, record_key, event, field, kind, old_value, new_value)`,
      ),
      field.int('run_id'),
      field.time('changed_at'),
      field.int('case_id'),
      field.coded('record_kind'),
      field.int('record_key'),
      field.coded('event'),
      field.text('field'),
      field.coded('kind'),
      field.text('old_value'),
      field.text('new_value'),
    ],
    from: `FROM ${changes} WHERE +case_id IN (SELECT id FROM ${CHOSEN}) ${isRaw ? '' : `AND (${shown})`} ${withoutTexts ? NO_TEXTS_OF_RECORDS : ''} ORDER BY 1`,
  });
}

export function toRuns(): Table {
  return define({
    name: 'runs',
    kind: 'run log',
    description: 'The run log: everything that wrote to the mirror.',
    key: ['id'],
    isPerCase: false,
    fields: [
      field.int('id'),
      field.coded('outcome'),
      field.time('started_at'),
      field.time('ended_at'),
      field.coded('trigger'),
      field.coded('version'),
      field.coded('error_code'),
    ],
    from: 'FROM sync_runs ORDER BY 1',
  });
}

export function toListSyncs(): Table {
  const counts = [
    'count_first',
    'count_last',
    'cases_seen',
    'cases_new',
    'cases_changed',
    'cases_unchanged',
    'cases_rejected',
  ];
  return define({
    name: 'list_syncs',
    kind: 'run log',
    description: 'How each run read each list of the API.',
    key: ['run_id', 'list'],
    references: [{ columns: ['run_id'], table: 'runs', to: ['id'] }],
    isPerCase: false,
    fields: [
      field.int('run_id'),
      field.coded('list', 'lists.label'),
      field.coded('outcome'),
      field.time('started_at'),
      field.time('ended_at'),
      ...counts.map((name) => field.int(name)),
      field.coded('error_code'),
    ],
    from: 'FROM list_syncs JOIN lists ON lists.id = list_syncs.list_id ORDER BY 1, 2',
  });
}
