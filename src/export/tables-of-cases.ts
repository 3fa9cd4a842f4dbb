import { LIST_FIELDS } from '../case/case-rows.ts';
import type { ListField } from '../db/schema/schema.ts';
import * as schema from '../db/schema/schema.ts';
import * as field from './fields.ts';
import { otherFields, toOtherSql } from './other-fields.ts';
import {
  DOCKET_KEYS,
  CHOSEN,
  ENTRY_KEYS,
  OF_CASE,
  type Table,
  type TableOptions,
  define,
  isLinked,
} from './table.ts';

/** Written by the staff of the Clearinghouse, whose property they are. */
export const SUMMARIES: ReadonlySet<string> = new Set(['summary', 'summary_short', 'summary_tiny']);

const asList = (source: string, caseId: string): string =>
  `(SELECT json_group_array(value) FROM ${source} AS list WHERE list.case_id = ${caseId})`;

const toLists = (prefix: string, caseId: string): field.Field[] =>
  LIST_FIELDS.map((name: ListField) => field.list(name, asList(`${prefix}${name}`, caseId)));

export function toCases(options: TableOptions): Table {
  const { isRaw, withoutTexts } = options;
  const named = (
    type: (name: string, sql?: string) => field.Field,
    ...names: readonly string[]
  ): field.Field[] => names.map((name) => type(name, `clean.${name}`));
  const day = (name: string): field.Field[] => field.date(name, `clean.${name}`, `stored.${name}`);
  const fields = isRaw
    ? [
        ...field.rawFields(schema.cases, 'stored'),
        field.flag('departed', 'stored.mirror_departed_run_id IS NOT NULL'),
        ...toLists('', 'stored.id'),
        ...otherFields(options, 'case', 'stored.mirror_payload'),
      ]
    : [
        ...named(field.int, 'id'),
        ...named(field.text, 'name', 'url'),
        ...named(field.coded, 'case_ongoing', 'case_status', 'state'),
        ...named(field.text, 'court', 'docket_number'),
        ...day('filing_date'),
        ...named(field.int, 'filing_year'),
        ...day('terminating_date'),
        ...named(field.int, 'closing_year', 'order_start_year', 'order_end_year'),
        ...day('settlement_judgment_date'),
        ...named(field.int, 'settlement_judgment_year'),
        ...day('last_checked_date'),
        ...day('summary_published_date'),
        ...named(field.text, 'plaintiff_description'),
        ...named(
          field.coded,
          'public_interest_lawyer',
          'pro_se_status',
          'class_action_sought',
          'class_action_granted',
          'prevailing_party',
        ),
        ...named(field.flag, 'permanent_injunction', 'never_filed'),
        ...named(field.text, 'recap_url'),
        ...named(field.int, 'recap_docket_id'),
        ...toLists('clean_', 'clean.id'),
        field.int(
          'entry_count',
          '(SELECT count(*) FROM docket_entries WHERE docket_entries.case_id = clean.id)',
        ),
        ...named(field.text, 'summary_tiny', 'summary_short', 'summary'),
        ...otherFields(options, 'case', 'stored.mirror_payload'),
      ];
  return define({
    name: 'cases',
    kind: 'content',
    description: 'One row for each case.',
    key: ['id'],
    isPerCase: true,
    fields: withoutTexts ? fields.filter(({ name }) => !SUMMARIES.has(name)) : fields,
    from: isRaw
      ? 'FROM cases AS stored WHERE stored.id = ?'
      : 'FROM clean_cases AS clean JOIN cases AS stored ON stored.id = clean.id WHERE clean.id = ?',
  });
}

export function toDefendants({ isRaw }: TableOptions): Table {
  const own = field.rawFields(schema.caseDefendants, 'list', ['case_id']);
  const order = own.map(({ sql }) => sql).join(', ');
  return define({
    name: 'case_defendants',
    kind: 'content',
    description: 'The defendants of each case.',
    key: ['case_id', 'position'],
    references: [OF_CASE],
    isPerCase: true,
    fields: [
      field.int('case_id', 'list.case_id'),
      field.int('position', `row_number() OVER (ORDER BY ${order})`),
      ...own,
    ],
    from: `FROM ${isRaw ? '' : 'clean_'}case_defendants AS list WHERE list.case_id = ? ORDER BY 2`,
  });
}

export function toRelated({ isRaw }: TableOptions): Table {
  return define({
    name: 'related_cases',
    kind: 'content',
    description: 'The cases that a case names as related.',
    key: ['case_id', 'position'],
    references: [OF_CASE],
    isPerCase: true,
    fields: [
      field.int('case_id', 'list.case_id'),
      field.int('position', 'row_number() OVER (ORDER BY list.id, list.name)'),
      field.int('related_id', 'list.id'),
      field.text('name', 'list.name'),
    ],
    from: `FROM ${isRaw ? '' : 'clean_'}related_cases AS list WHERE list.case_id = ? ORDER BY 2`,
  });
}

/** The number of a docket as a person wrote it, or else from its parts; the clean views do the same. */
const CLEAN_NUMBER = `nullif(trim(docket.docket_number_manual), '')`;

export function toDockets(options: TableOptions): Table {
  const { isRaw, withoutTexts } = options;
  const ofMain = toOtherSql('main_docket', 'of_case.mirror_payload', isRaw);
  const ofFurther = toOtherSql('docket', 'further.mirror_payload', isRaw);
  const fields = [
    field.int('case_id', 'docket.case_id'),
    field.int(
      'docket_key',
      `CASE WHEN docket.is_further THEN coalesce(keys.key, docket.mirror_docket_key) ELSE 0 END`,
    ),
    field.int('docket_id', 'docket.id'),
    field.flag('is_main', 'NOT docket.is_further'),
    field.text('court', isRaw ? 'docket.court' : `nullif(trim(docket.court), '')`),
    field.coded('state', isRaw ? 'docket.state' : `nullif(trim(docket.state), '')`),
    field.text('docket_number_manual', isRaw ? 'docket.docket_number_manual' : CLEAN_NUMBER),
    field.text(
      'docket_office_number',
      isRaw ? 'docket.docket_office_number' : `nullif(trim(docket.docket_office_number), '')`,
    ),
    field.int('docket_year', isRaw ? 'docket.docket_year' : 'nullif(docket.docket_year, 0)'),
    field.coded(
      'docket_case_type',
      isRaw ? 'docket.docket_case_type' : `nullif(trim(docket.docket_case_type), '')`,
    ),
    field.int('docket_filing_number', 'docket.docket_filing_number'),
    field.flag('is_active', 'docket.is_active'),
    field.text(
      'recap_link',
      isRaw
        ? 'docket.recap_link'
        : `CASE WHEN trim(docket.recap_link) LIKE 'http%://_%/_%' THEN trim(docket.recap_link) END`,
    ),
    field.int('courtlistener_docket_id', 'docket.courtlistener_docket_id'),
    ...(withoutTexts
      ? []
      : [field.text('other_fields', `CASE WHEN docket.is_further THEN ${ofFurther} ELSE ${ofMain} END`)]),
  ];
  const isShown = isRaw
    ? `NOT docket.is_further OR further.mirror_redacted_run_id IS NULL`
    : `NOT docket.is_further OR docket.mirror_docket_key IN (SELECT mirror_key FROM clean_further_dockets)`;
  return define({
    name: 'dockets',
    kind: 'content',
    description: 'The dockets of each case: the main docket, and the others that the site has.',
    key: ['case_id', 'docket_key'],
    references: [OF_CASE],
    isPerCase: false,
    fields,
    from: `FROM all_dockets AS docket LEFT JOIN further_dockets AS further ON docket.is_further AND further.mirror_key = docket.mirror_docket_key
      LEFT JOIN cases AS of_case ON NOT docket.is_further AND of_case.id = docket.case_id
      LEFT JOIN ${DOCKET_KEYS} AS keys ON docket.is_further AND keys.mirror_key = docket.mirror_docket_key
      WHERE docket.case_id IN (SELECT id FROM ${CHOSEN}) AND (${isShown}) ORDER BY 1, 2`,
  });
}

export function toEntries(options: TableOptions): Table {
  const { isRaw } = options;
  const key = field.int('entry_key', 'coalesce(keys.key, stored.mirror_key)');
  const fields = isRaw
    ? [
        field.int('case_id', 'stored.case_id'),
        key,
        ...field.rawFields(schema.docketEntries, 'stored', ['case_id']),
        ...otherFields(options, 'docket_entry', 'stored.mirror_rest'),
      ]
    : [
        field.int('case_id', 'clean.case_id'),
        key,
        field.int('id', 'clean.id'),
        field.int('row_number', 'clean.row_number'),
        field.text('entry_number', 'clean.entry_number'),
        ...field.date('date_filed', 'clean.date_filed', 'stored.date_filed'),
        field.text('description', 'clean.description'),
        field.text('url', 'clean.url'),
        field.text('recap_pdf_url', 'clean.recap_pdf_url'),
        field.text('pacer_doc_id', 'clean.pacer_doc_id'),
        field.int('attachment_count', 'clean.attachment_count'),
        ...otherFields(options, 'docket_entry', 'stored.mirror_rest'),
      ];
  const source = isRaw
    ? 'docket_entries AS stored'
    : 'clean_docket_entries AS clean JOIN docket_entries AS stored ON stored.mirror_id = clean.mirror_id';
  return define({
    name: 'docket_entries',
    kind: 'content',
    description: 'The entries of the main docket of each case.',
    key: ['case_id', 'entry_key'],
    references: [OF_CASE],
    isPerCase: true,
    fields,
    from: `FROM ${source} LEFT JOIN ${ENTRY_KEYS} AS keys ON keys.mirror_id = stored.mirror_id
      WHERE ${isRaw ? 'stored' : 'clean'}.case_id = ? ORDER BY 2`,
  });
}

export function toAttachments({ isRaw }: TableOptions): Table {
  const own = isRaw
    ? field.rawFields(schema.attachments, 'list')
    : [
        field.int('attachment_number', 'list.attachment_number'),
        field.text('description', 'list.description'),
        field.int('recap_id', 'list.recap_id'),
        field.int('doc_id', 'list.doc_id'),
        field.text('pacer_url', 'list.pacer_url'),
        field.text('pdf_url', 'list.pdf_url'),
      ];
  const order = own.map(({ sql }) => sql).join(', ');
  return define({
    name: 'attachments',
    kind: 'content',
    description: 'The attachments of docket entries.',
    key: ['case_id', 'entry_key', 'position'],
    references: [
      OF_CASE,
      { columns: ['case_id', 'entry_key'], table: 'docket_entries', to: ['case_id', 'entry_key'] },
    ],
    isPerCase: true,
    fields: [
      field.int('case_id', 'entry.case_id'),
      field.int('entry_key', 'coalesce(keys.key, entry.mirror_key)'),
      field.int('position', `row_number() OVER (PARTITION BY entry.mirror_id ORDER BY ${order})`),
      ...own,
    ],
    from: `FROM docket_entries AS entry JOIN ${isRaw ? '' : 'clean_'}attachments AS list ON list.mirror_entry_id = entry.mirror_id
      LEFT JOIN ${ENTRY_KEYS} AS keys ON keys.mirror_id = entry.mirror_id WHERE entry.case_id = ? ORDER BY 2, 3`,
  });
}

export function toFurtherEntries(options: TableOptions): Table {
  const { isRaw } = options;
  const key = [
    field.int('docket_key', 'coalesce(dockets.key, stored.mirror_docket_key)'),
    field.int('entry_key', 'stored.mirror_key'),
  ];
  const fields = isRaw
    ? [
        ...key,
        ...field.rawFields(schema.furtherDocketEntries, 'stored'),
        field.flag('hidden', 'stored.mirror_hidden IS NOT NULL'),
        ...otherFields(options, 'docket_entry', 'stored.mirror_rest'),
      ]
    : [
        ...key,
        field.int('id', 'clean.id'),
        field.int('row_number', 'clean.row_number'),
        field.text('entry_number', 'clean.entry_number'),
        ...field.date('date_filed', 'clean.date_filed', 'stored.date_filed'),
        field.text('description', 'clean.description'),
        field.text('url', 'clean.url'),
        field.text('pacer_doc_id', 'clean.pacer_doc_id'),
        ...otherFields(options, 'docket_entry', 'stored.mirror_rest'),
      ];
  const joined = `LEFT JOIN ${DOCKET_KEYS} AS dockets ON dockets.mirror_key = stored.mirror_docket_key`;
  const linked = isLinked('case_further_dockets', 'docket_key', 'stored.mirror_docket_key');
  return define({
    name: 'further_docket_entries',
    kind: 'content',
    description:
      'The entries of the dockets of a case other than its main docket. A docket of several cases is here once.',
    key: ['docket_key', 'entry_key'],
    isPerCase: false,
    fields,
    from: isRaw
      ? `FROM further_docket_entries AS stored ${joined}
         WHERE stored.mirror_redacted_run_id IS NULL AND stored.mirror_departed_run_id IS NULL AND ${linked} ORDER BY 1, 2`
      : `FROM (SELECT DISTINCT mirror_id, id, row_number, entry_number, date_filed, description, url, pacer_doc_id FROM clean_further_docket_entries) AS clean
         JOIN further_docket_entries AS stored ON stored.mirror_id = clean.mirror_id ${joined} WHERE ${linked} ORDER BY 1, 2`,
  });
}
