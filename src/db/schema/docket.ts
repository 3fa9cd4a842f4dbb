import { index, integer, primaryKey, sqliteTable, text, uniqueIndex } from 'drizzle-orm/sqlite-core';
import { caseId, cases, flag, position } from './cases.ts';
import { ofRun } from './run-log.ts';

/** The fields of a docket, except `scales_html`, which comes last because it can be long. */
export const docketFields = () => ({
  id: integer('id'),
  court: text('court'),
  state: text('state'),
  docket_case_type: text('docket_case_type'),
  docket_year: integer('docket_year'),
  docket_filing_number: integer('docket_filing_number'),
  docket_office_number: text('docket_office_number'),
  docket_number_manual: text('docket_number_manual'),
  is_main_docket: flag('is_main_docket'),
  is_active: flag('is_active'),
  recap_link: text('recap_link'),
});

/** What the mirror derives from the number of a docket. */
export const numberColumn = () => ({
  /** The parts of the docket number in fixed columns, for `docket_crosswalk`: office, year, number, whether text and parts agree, type. */
  mirror_number: text('mirror_number'),
});

/** The main docket of a case. */
export const dockets = sqliteTable(
  'dockets',
  {
    case_id: integer('case_id')
      .primaryKey()
      .references(() => cases.id, { onDelete: 'cascade' }),
    ...docketFields(),
    scales_html: text('scales_html'),
    ...numberColumn(),
  },
  (table) => [
    index('dockets_id').on(table.id),
    index('dockets_docket_number_manual').on(table.docket_number_manual),
  ],
);

/** The key and the short fields of an entry. */
export const entryFields = () => ({
  /** The entry's `id`, or a negative number if the id is missing or used twice in the docket. */
  mirror_key: integer('mirror_key').notNull(),
  id: integer('id'),
  row_number: integer('row_number'),
  entry_number: text('entry_number'),
  date_filed: text('date_filed'),
  url: text('url'),
  recap_pdf_url: text('recap_pdf_url'),
  pacer_doc_id: text('pacer_doc_id'),
});

/** The long fields of an entry, and what no column can store. */
export const entryTexts = () => ({
  description: text('description'),
  /** JSON list, as the API sent it. */
  attachments: text('attachments'),
  /** JSON object of what the columns cannot store: unknown or missing fields, values of another kind. */
  mirror_rest: text('mirror_rest'),
});

/** The columns of an entry of a main docket, current and past. The attachments of current ones also have rows in `attachments`. */
export const entryColumns = () => ({
  case_id: caseId(),
  ...entryFields(),
  mirror_first_run_id: ofRun('mirror_first_run_id'),
  ...entryTexts(),
});

export const docketEntries = sqliteTable(
  'docket_entries',
  {
    mirror_id: integer('mirror_id').primaryKey(),
    ...entryColumns(),
  },
  (table) => [
    uniqueIndex('docket_entries_case_id_mirror_key').on(table.case_id, table.mirror_key),
    index('docket_entries_date_filed').on(table.date_filed),
    index('docket_entries_case_id_date_filed').on(table.case_id, table.date_filed),
    index('docket_entries_mirror_first_run_id').on(table.mirror_first_run_id),
  ],
);

export const attachments = sqliteTable(
  'attachments',
  {
    mirror_entry_id: integer('mirror_entry_id')
      .notNull()
      .references(() => docketEntries.mirror_id, { onDelete: 'cascade' }),
    mirror_position: position(),
    attachment_number: integer('attachment_number'),
    description: text('description'),
    recap_id: integer('recap_id'),
    doc_id: integer('doc_id'),
    pacer_url: text('pacer_url'),
    pdf_url: text('pdf_url'),
    pending: flag('pending'),
  },
  (table) => [primaryKey({ columns: [table.mirror_entry_id, table.mirror_position] })],
);
