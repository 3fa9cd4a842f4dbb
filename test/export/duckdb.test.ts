import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { DuckDBInstance } from '@duckdb/node-api';
import { inventCollection } from '../../fake-api/collection/collection.ts';
import { openSqlite } from '../../src/db/engine.ts';
import { CSV } from '../../src/export/formats/csv.ts';
import { PARQUET } from '../../src/export/formats/parquet.ts';
import { runCli } from '../support/command-line.ts';
import { onceARun } from '../support/once/once-a-run.ts';
import { startLinkedHarness } from '../sync/linked/linked-harness.ts';
import { tempFolder } from '../support/temp-folder.ts';
import { readManifest } from './export-harness.ts';

/* DuckDB reads what was exported, and must answer as SQLite does from the mirror. */

/** A question in the SQL of both: `sqlite` on the mirror, `duckdb` on the export; one if they are the same. */
interface Question {
  readonly sqlite: string;
  readonly duckdb?: string;
}

const QUESTIONS: Readonly<Record<string, Question>> = {
  'cases of each status': {
    sqlite: 'SELECT case_ongoing, count(*) AS n FROM clean_cases GROUP BY 1 ORDER BY 2 DESC, 1',
  },
  'issues of ongoing cases': {
    sqlite: `SELECT value, count(*) AS n FROM clean_issues JOIN clean_cases ON clean_cases.id = case_id WHERE case_ongoing = 'Yes' GROUP BY 1 ORDER BY 2 DESC, 1`,
    duckdb: `SELECT value, count(*) AS n FROM (SELECT unnest(issues) AS value FROM clean_cases WHERE case_ongoing = 'Yes') GROUP BY 1 ORDER BY 2 DESC, 1`,
  },
  'cases filed in each year': {
    sqlite: `SELECT CAST(substr(filing_date, 1, 4) AS INTEGER) AS year, count(*) AS n FROM clean_cases WHERE filing_date IS NOT NULL GROUP BY 1 ORDER BY 1`,
    duckdb:
      'SELECT year(filing_date) AS year, count(*) AS n FROM clean_cases WHERE filing_date IS NOT NULL GROUP BY 1 ORDER BY 1',
  },
  'entries of each case': {
    sqlite:
      'SELECT case_id, count(*) AS n, count(date_filed) AS dated, sum(length(description)) AS characters FROM clean_docket_entries GROUP BY 1 ORDER BY 1',
  },
  'entries with attachments': {
    sqlite:
      'SELECT count(*) AS n, sum(attachment_count) AS attachments FROM clean_docket_entries WHERE attachment_count > 0',
  },
  'documents of each type': {
    sqlite:
      'SELECT document_type, count(*) AS n, sum(is_core_document) AS core FROM clean_documents GROUP BY 1 ORDER BY 2 DESC, 1',
    duckdb:
      'SELECT document_type, count(*) AS n, sum(is_core_document::INTEGER) AS core FROM clean_documents GROUP BY 1 ORDER BY 2 DESC, 1',
  },
  'defendants by level': {
    sqlite: 'SELECT defendant_level, count(*) AS n FROM clean_case_defendants GROUP BY 1 ORDER BY 2 DESC, 1',
  },
  'the days between filing and ending': {
    sqlite:
      'SELECT id, CAST(julianday(terminating_date) - julianday(filing_date) AS INTEGER) AS days FROM clean_cases WHERE terminating_date IS NOT NULL AND filing_date IS NOT NULL ORDER BY 1',
    duckdb:
      'SELECT id, terminating_date - filing_date AS days FROM clean_cases WHERE terminating_date IS NOT NULL AND filing_date IS NOT NULL ORDER BY 1',
  },
  'who prevails, by class action': {
    sqlite:
      'SELECT class_action_granted, prevailing_party, count(*) AS n FROM clean_cases GROUP BY 1, 2 ORDER BY 3 DESC, 1, 2',
  },
  'cases with a document after the last entry': {
    sqlite: `SELECT clean_cases.id FROM clean_cases JOIN clean_case_documents ON case_id = clean_cases.id JOIN clean_documents ON clean_documents.id = document_id
      WHERE date > (SELECT max(date_filed) FROM clean_docket_entries WHERE case_id = clean_cases.id) GROUP BY 1 ORDER BY 1`,
  },
};

const VIEWS = {
  cases: 'clean_cases',
  docket_entries: 'clean_docket_entries',
  documents: 'clean_documents',
  case_documents: 'clean_case_documents',
  case_defendants: 'clean_case_defendants',
} as const;
const TABLES = Object.keys(VIEWS) as (keyof typeof VIEWS)[];

type Ask = (sql: string) => Promise<Record<string, unknown>[]>;
let ask: Ask;
let close = (): void => undefined;

beforeAll(async () => {
  const instance = await DuckDBInstance.create(':memory:');
  const connection = await instance.connect();
  ask = async (sql) => (await connection.runAndReadAll(sql)).getRowObjectsJson();
  await ask(`SET TimeZone = 'UTC'`);
  close = () => {
    connection.closeSync();
    instance.closeSync();
  };
});

afterAll(() => {
  close();
});

/** A mirror of invented cases with some linked lists, and its exports. */
const prepare = () =>
  onceARun('exports-for-duckdb', async (folder) => {
    const { sync, pass, database } = await startLinkedHarness({ source: inventCollection({ size: 30 }) });
    await sync();
    await pass('100');
    for (const format of ['csv', 'parquet']) {
      const { exitCode, stderr } = await runCli([
        'export',
        join(folder, format),
        '--format',
        format,
        '--database',
        database,
      ]);
      if (exitCode !== 0) throw new Error(stderr);
    }
    openSqlite(database)
      .exec(`VACUUM INTO '${join(folder, 'mirror.db')}'`)
      .close();
    return folder;
  });

const toPlain = (rows: readonly Record<string, unknown>[]): unknown[][] =>
  rows.map((row) =>
    Object.values(row).map((value) =>
      value === null ? null : String(value as string | number).replace(/ days?$/, ''),
    ),
  );

describe.each(['parquet', 'csv'] as const)('an export as %s', (format) => {
  let folder: string;
  let askMirror: (sql: string) => Record<string, unknown>[];

  beforeAll(async () => {
    folder = await prepare();
    for (const table of TABLES) {
      const path = join(folder, format, `data/${table}.${format}`);
      // The types are given, as every reader of CSV should: from the descriptor.
      const from =
        format === 'parquet'
          ? `read_parquet('${path}')`
          : `read_csv('${path}', header = true, columns = ${toColumns(join(folder, 'csv'), table)})`;
      const lists =
        format === 'csv' && table === 'cases' ? ` REPLACE (issues::JSON::VARCHAR[] AS issues)` : '';
      await ask(`CREATE OR REPLACE VIEW ${VIEWS[table]} AS SELECT *${lists} FROM ${from}`);
    }
    askMirror = (sql) => {
      const sqlite = openSqlite(join(folder, 'mirror.db'), { readonly: true });
      try {
        return sqlite.prepare<[], Record<string, unknown>>(sql).all();
      } finally {
        sqlite.close();
      }
    };
  });

  test.each(Object.entries(QUESTIONS))(
    'gives the same answer: %s',
    async (_, { sqlite, duckdb = sqlite }) => {
      const answer = toPlain(askMirror(sqlite));
      expect(answer.length).toBeGreaterThan(0);
      // DuckDB sorts NULL last, SQLite first: the order of equal rows is that of the question.
      expect(sortRows(toPlain(await ask(duckdb)))).toEqual(sortRows(answer));
    },
  );

  test('has every row, and the least and greatest of every date', async () => {
    const { tables } = readManifest(join(folder, format));
    for (const table of TABLES) {
      expect(toPlain(await ask(`SELECT count(*) FROM ${VIEWS[table]}`))).toEqual([
        [String(tables[table]?.rows)],
      ]);
    }
    for (const [view, column] of [
      ['clean_cases', 'filing_date'],
      ['clean_cases', 'last_checked_date'],
      ['clean_docket_entries', 'date_filed'],
      ['clean_documents', 'date'],
    ]) {
      const sql = `SELECT min(${column}), max(${column}), count(${column}) FROM ${view}`;
      expect(toPlain(await ask(sql))).toEqual(toPlain(askMirror(sql)));
    }
  });

  test('has types: days are DATE, lists LIST, ids BIGINT', async () => {
    const rows = await ask('DESCRIBE clean_cases');
    const types = Object.fromEntries(rows.map((row) => [row.column_name as string, row.column_type]));
    expect(types).toMatchObject({
      id: 'BIGINT',
      filing_date: 'DATE',
      issues: 'VARCHAR[]',
      never_filed: 'BOOLEAN',
      name: 'VARCHAR',
    });
  });
});

const DUCKDB_TYPES: Readonly<Record<string, string>> = {
  integer: 'BIGINT',
  boolean: 'BOOLEAN',
  date: 'DATE',
  datetime: 'TIMESTAMPTZ',
  string: 'VARCHAR',
  array: 'VARCHAR',
};

/** The columns of a CSV file with their types, as DuckDB takes them, from the descriptor. */
function toColumns(folder: string, table: string): string {
  const { resources } = JSON.parse(readFileSync(join(folder, 'datapackage.json'), 'utf8')) as {
    readonly resources: readonly {
      readonly name: string;
      readonly schema: { readonly fields: readonly { readonly name: string; readonly type: string }[] };
    }[];
  };
  const fields = resources.find(({ name }) => name === table)?.schema.fields ?? [];
  return `{${fields.map(({ name, type }) => `'${name}': '${DUCKDB_TYPES[type] ?? ''}'`).join(', ')}}`;
}

const sortRows = (rows: readonly unknown[][]): string[] => rows.map((row) => JSON.stringify(row)).sort();

describe('Parquet in DuckDB', () => {
  const write = (texts: readonly string[], format = PARQUET): string => {
    const path = join(tempFolder(), `texts.${format.ending}`);
    const column = { name: 'text', type: 'text', description: 'A text.' } as const;
    const id = { name: 'id', type: 'integer', description: 'A number.' } as const;
    const writer = format.open(path, {
      name: 'cases',
      kind: 'content',
      description: '',
      key: ['id'],
      references: [],
      sql: '',
      isPerCase: false,
      columns: [id, column],
    });
    for (const [at, text] of texts.entries()) writer.write([BigInt(at), text]);
    writer.finish();
    return path;
  };

  test('finds long, accented and other texts by equality, so that no row group is skipped by mistake', async () => {
    const texts = [
      'a'.repeat(5000),
      'é'.repeat(40),
      '😀'.repeat(30),
      `${'😀'.repeat(30)}!`,
      '\uffff'.repeat(20),
      'z',
    ];
    const path = write(Array.from({ length: 12_000 }, (_, at) => texts[at % texts.length] ?? ''));
    for (const text of texts)
      expect(toPlain(await ask(`SELECT count(*) FROM '${path}' WHERE text = '${text}'`))).toEqual([['2000']]);
  });

  test('has instants in UTC, days without a zone, and lists that are empty, never missing', async () => {
    const data = join(await prepare(), 'parquet/data');
    const runs = readFileSync(join(await prepare(), 'csv/data/runs.csv'), 'utf8');
    const expected = /\d{4}-\S+?Z/.exec(runs)?.[0];
    await ask(`SET TimeZone = 'America/New_York'`);
    try {
      const [run] = await ask(
        `SELECT typeof(started_at) AS type, epoch_ms(started_at) AS ms FROM '${data}/runs.parquet' ORDER BY id LIMIT 1`,
      );
      expect([run?.type, Number(run?.ms)]).toEqual(['TIMESTAMP WITH TIME ZONE', Date.parse(expected ?? '')]);
      const [lists] = await ask(
        `SELECT typeof(min(filing_date)) AS day, count(*) FILTER (issues IS NULL) AS missing, count(*) FILTER (len(issues) = 0) > 0 AS empty
         FROM '${data}/cases.parquet'`,
      );
      expect(lists).toEqual({ day: 'DATE', missing: '0', empty: true });
    } finally {
      await ask(`SET TimeZone = 'UTC'`);
    }
  });

  test('has small row groups, only encodings that old readers know, and a description of each column', async () => {
    const path = write(Array.from({ length: 12_000 }, (_, at) => `text ${at % 7}`));
    const groups = await ask(
      `SELECT DISTINCT row_group_id, row_group_num_rows FROM parquet_metadata('${path}') ORDER BY 1`,
    );
    expect(groups.map((row) => Number(row.row_group_num_rows))).toEqual([2500, 2500, 2500, 2500, 2000]);
    const [facts] = await ask(
      `SELECT string_agg(DISTINCT encodings, '; ') AS encodings, string_agg(DISTINCT compression) AS compression FROM parquet_metadata('${path}')`,
    );
    expect(String(facts?.encodings)).not.toMatch(/DELTA|BYTE_STREAM/);
    expect(facts?.compression).toBe('GZIP');
    const found = await ask(
      `SELECT decode(value) AS value FROM parquet_kv_metadata('${path}') WHERE decode(key) = 'column_descriptions'`,
    );
    expect(JSON.parse(String(found[0]?.value))).toEqual({ id: 'A number.', text: 'A text.' });
  });

  test('reads line breaks inside CSV without being told, because the names are in quotation marks', async () => {
    // The first field in quotation marks comes after all rows from which DuckDB guesses the format.
    const path = write(
      Array.from({ length: 30_000 }, (_, at) => (at < 29_000 ? 'plain' : 'a "line"\nbreak, quoted')),
      CSV,
    );
    expect(toPlain(await ask(`SELECT count(*), max(id) FROM read_csv('${path}')`))).toEqual([
      ['30000', '29999'],
    ]);
  });
});
