import { describe, expect, test } from '@jest/globals';
import { getTableColumns, type Table } from 'drizzle-orm';
import { LIST_FIELDS } from '../../src/case/case-rows.ts';
import {
  ATTACHMENT_FIELDS,
  CASE_FIELDS,
  DEFENDANT_FIELDS,
  DOCKET_ENTRY_FIELDS,
  DOCKET_FIELDS,
  RELATED_CASE_FIELDS,
  type FieldKind,
} from '../../src/api/payload.ts';
import * as schema from '../../src/db/schema/schema.ts';

const COLUMN_TYPES: Partial<Record<FieldKind, string>> = {
  text: 'string',
  integer: 'number',
  boolean: 'custom', // 0, 1 or null: see src/db/schema/cases.ts
  attachments: 'string', // the list as JSON, so that an entry can be rebuilt
};

const TABLES: [string, Readonly<Record<string, FieldKind>>, Table][] = [
  ['cases', CASE_FIELDS, schema.cases],
  ['dockets', DOCKET_FIELDS, schema.dockets],
  ['docket_entries', DOCKET_ENTRY_FIELDS, schema.docketEntries],
  ['attachments', ATTACHMENT_FIELDS, schema.attachments],
  ['case_defendants', DEFENDANT_FIELDS, schema.caseDefendants],
  ['related_cases', RELATED_CASE_FIELDS, schema.relatedCases],
];

describe.each(TABLES)('%s', (_name, fields, table) => {
  const columns = Object.values(getTableColumns(table)).filter(
    ({ name }) => !name.startsWith('mirror_') && name !== 'case_id',
  );

  test('has one column for each scalar field, of its name and kind, and no other of the API', () => {
    const expected = Object.entries(fields).flatMap(([field, kind]) => {
      const type = COLUMN_TYPES[kind];
      return type === undefined ? [] : [`${field}: ${type}`];
    });
    const found = columns.map(({ name, dataType }) => `${name}: ${dataType}`);
    expect(found.sort()).toEqual(expected.sort());
  });

  test('may leave out every field of the API but the id of a case, as the API may', () => {
    const needed = columns.filter(({ notNull }) => notNull).map(({ name }) => name);
    expect(needed).toEqual(table === schema.cases ? ['id'] : []);
  });

  test('names its columns in the code as in the database', () => {
    for (const [key, { name }] of Object.entries(getTableColumns(table))) expect(key).toBe(name);
  });
});

test('the list tables are exactly the lists of texts among the fields', () => {
  expect([...LIST_FIELDS].sort()).toEqual(Object.keys(schema.LIST_TABLES).sort());
  expect(LIST_FIELDS).toHaveLength(16);
});
