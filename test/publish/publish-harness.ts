import { closing } from '../../src/db/engine.ts';
import { openMirrorReadOnly } from '../../src/db/open-mirror.ts';
import { findServer } from '../../src/publish/address.ts';
import { chooseRun } from '../../src/export/run.ts';
import { type Value, noMisfits, prepareToValues } from '../../src/export/columns.ts';
import type { Table } from '../../src/export/table.ts';
import { chooseCases, readRows, toTables } from '../../src/export/select.ts';
import { type Published, type PublishRequest, publishMirror } from '../../src/publish/publish.ts';
import type { PostgresServer } from '../support/postgres-server.ts';

/** The rows of each table, as JSON would have them. */
export type Content = Readonly<Record<string, readonly Readonly<Record<string, unknown>>[]>>;

/** Publishes as the command does, with waits that take no time. */
export async function publishTo(
  url: string,
  schema: string,
  database: string,
  rest: Partial<PublishRequest> = {},
): Promise<Published> {
  const mirror = openMirrorReadOnly(database);
  try {
    mirror.sqlite.exec('BEGIN');
    return await publishMirror(mirror, {
      server: findServer({ text: url, from: 'The address' }, {}),
      schema,
      withoutTexts: false,
      isFull: false,
      run: chooseRun(mirror, null, false),
      signal: new AbortController().signal,
      sleep: () => Promise.resolve(),
      lockMs: 20,
      onRows: () => undefined,
      ...rest,
    });
  } finally {
    mirror.close();
  }
}

/** What an export of the mirror has. */
export async function readMirror(database: string): Promise<Content> {
  return closing(openMirrorReadOnly(database), async (mirror) => {
    const caseIds = chooseCases(mirror, { values: {}, filed: null }, false);
    const content: Record<string, Record<string, unknown>[]> = {};
    for (const table of toTables({ isRaw: false, withoutTexts: false })) {
      const toValues = prepareToValues(table.name, table.columns, noMisfits());
      const rows: Record<string, unknown>[] = [];
      for await (const block of readRows(mirror, table, caseIds, new AbortController().signal))
        for (const cells of block) rows.push(toJson(table, toValues(cells)));
      content[table.name] = rows;
    }
    return content;
  });
}

const toJson = ({ columns }: Table, values: readonly Value[]): Record<string, unknown> =>
  Object.fromEntries(
    columns.map(({ name }, at) => {
      const value = values[at] ?? null;
      return [name, typeof value === 'bigint' ? Number(value) : value];
    }),
  );

const toInstant = (value: unknown): string | null =>
  typeof value === 'string' ? new Date(value).toISOString() : null;

/** What the server has, read as JSON. */
export async function readServer(
  server: PostgresServer,
  schema: string,
  database?: string,
): Promise<Content> {
  const client = await server.connect(database);
  try {
    await client.query("SET TimeZone TO 'UTC'");
    const content: Record<string, Record<string, unknown>[]> = {};
    for (const { name, key, columns } of toTables({ isRaw: false, withoutTexts: false })) {
      const { rows } = await client.query<{ row: Record<string, unknown> }>(
        `SELECT to_jsonb(t) - 'words' AS row FROM "${schema}"."${name}" t ORDER BY ${key.map((one) => `"${one}"`).join(', ')}`,
      );
      const times = columns.filter(({ type }) => type === 'timestamp').map((column) => column.name);
      content[name] = rows.map(({ row }) => ({
        ...row,
        ...Object.fromEntries(times.map((one) => [one, toInstant(row[one])])),
      }));
    }
    return content;
  } finally {
    await client.end();
  }
}
