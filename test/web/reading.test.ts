import { cpSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { get as sendRequest } from 'node:http';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { openSqlite } from '../../src/db/engine.ts';
import { type Mirror, openMirror, openMirrorReadOnly } from '../../src/db/open-mirror.ts';
import { query } from '../../src/db/query.ts';
import { countPresent } from '../../src/db/read-case.ts';
import { findMirrorState } from '../../src/db/state.ts';
import { CASE_COLUMNS, createCaseIndex } from '../../src/web/reader.ts';
import { inventCollection } from '../../fake-api/collection/collection.ts';
import { buildEventfulMirror } from '../support/eventful-mirror.ts';
import { runCli } from '../support/command-line.ts';
import { makeFullMirror } from '../support/full-mirror.ts';
import { readElements } from '../support/read-html.ts';
import { smallCollection } from '../support/small-collection.ts';
import { startHarness } from '../support/sync-harness.ts';
import { type TestSite, serveCopy, startSite } from '../support/site.ts';
import { tempFolder } from '../support/temp-folder.ts';

async function writeEventful(): Promise<string> {
  const path = join(tempFolder(), 'mirror.db');
  writeFileSync(path, await buildEventfulMirror());
  return path;
}

const titleOf = (body: string): string => readElements(body).find(({ name }) => name === 'h1')?.text ?? '';

describe('the first page after a write', () => {
  /** The statements that are prepared from now on. */
  function recordStatements({ sqlite }: Mirror): string[] {
    const statements: string[] = [];
    const prepare = sqlite.prepare.bind(sqlite);
    sqlite.prepare = (sql: string) => {
      statements.push(sql);
      return prepare(sql);
    };
    return statements;
  }

  test('copies the cases without reading a row outside SQLite, and leaves nothing in the connection', async () => {
    const mirror = openMirrorReadOnly(await makeFullMirror());
    const index = createCaseIndex();
    mirror.sqlite.exec('BEGIN');
    const statements = recordStatements(mirror);
    const copy = index.refresh(mirror, 'one moment');
    expect(statements).toEqual([]);
    for (const sql of [
      `SELECT ${CASE_COLUMNS.join(', ')} FROM cases ORDER BY id`,
      'SELECT case_id, value FROM issues ORDER BY case_id, value',
      'SELECT case_id, value FROM case_types ORDER BY case_id, value',
    ]) {
      const rows = copy.prepare(sql).all();
      expect(rows.length).toBeGreaterThan(1);
      expect(rows).toEqual(mirror.sqlite.prepare(sql).all());
    }
    expect(mirror.sqlite.prepare('SELECT name FROM sqlite_temp_schema').all()).toEqual([]);
    expect(index.refresh(mirror, 'one moment')).toBe(copy);
    expect(index.refresh(mirror, 'the next moment')).not.toBe(copy);
    index.close();
    mirror.close();
  });

  test('finds the state of the mirror in indexes, without reading every case', async () => {
    const mirror = openMirrorReadOnly(await makeFullMirror());
    const statements = recordStatements(mirror);
    findMirrorState(mirror, 5, new Date());
    expect(statements.length).toBeGreaterThan(5);
    const steps = statements
      .filter((sql) => /^select/i.test(sql))
      .flatMap((sql) => {
        const plan = mirror.sqlite.prepare<unknown[], { detail: string }>(`EXPLAIN QUERY PLAN ${sql}`);
        const values = Array.from(sql.matchAll(/\?/g), () => 1);
        return plan.all(...values).map(({ detail }) => detail);
      });
    expect(steps.filter((step) => /^SCAN cases(?! USING COVERING)/.test(step))).toEqual([]);
    mirror.close();
  });
});

describe('a mirror that changes while pages are open', () => {
  test('is shown in its current state: after a write, after a restore, when its file disappears and when it returns', async () => {
    const path = await writeEventful();
    const site = await startSite(path);
    expect(titleOf((await site.get('/cases/6')).body)).toBe('Alder v. Thimble County');
    expect((await site.get('/cases?court=New+court')).body).toContain('0 cases');

    const writer = openSqlite(path);
    writer.exec(`UPDATE cases SET court = 'New court' WHERE id = 6`);
    expect((await site.get('/cases?court=New+court')).body).toContain('1 case<');

    writer.close();
    const other = join(tempFolder(), 'other.db');
    const { sync, database } = await startHarness({ source: inventCollection({ size: 20 }) });
    await sync();
    cpSync(database, other);
    for (const ending of ['-wal', '-shm']) rmSync(`${path}${ending}`, { force: true });
    renameSync(other, path);
    expect((await site.get('/cases')).body).toContain('18 cases on the site');

    rmSync(path);
    for (const address of ['/', '/cases', '/cases.csv', '/cases/6.json']) {
      const { status, body } = await site.get(address);
      expect([address, status, body]).toEqual([address, 503, expect.stringContaining('DATABASE_MISSING')]);
    }
    writeFileSync(path, await buildEventfulMirror());
    expect((await site.get('/cases/6')).status).toBe(200);
    expect(site.faults).toEqual([]);
  });

  test('can be read during a write transaction, and blocks neither the transaction nor a vacuum', async () => {
    const path = await writeEventful();
    const site = await startSite(path);
    expect((await site.get('/')).status).toBe(200);
    const { sqlite, close } = openMirror(path);
    sqlite.exec(`BEGIN IMMEDIATE; UPDATE cases SET name = 'Not yet' WHERE id = 6`);
    expect((await site.get('/cases')).body).not.toContain('Not yet');
    sqlite.exec('COMMIT');
    expect((await site.get('/cases')).body).toContain('Not yet');
    sqlite.pragma('busy_timeout = 0');
    sqlite.exec('VACUUM');
    expect(sqlite.pragma('wal_checkpoint(TRUNCATE)')).toEqual([{ busy: 0, log: 0, checkpointed: 0 }]);
    close();
    expect((await site.get('/cases')).body).toContain('Not yet');
  });

  test('is refused with a reason if its schema is newer', async () => {
    const path = await writeEventful();
    const site = await startSite(path);
    await site.get('/');
    const sqlite = openSqlite(path);
    sqlite.exec(
      `CREATE TABLE future (a); INSERT INTO __drizzle_migrations (hash, created_at) VALUES ('x', 9e15)`,
    );
    sqlite.close();
    const { status, body } = await site.get('/cases');
    expect([status, body]).toEqual([503, expect.stringContaining('DATABASE_NEWER')]);
  });
});

describe('a list', () => {
  const FILTERS = [
    '',
    'ongoing=Yes',
    'ongoing=(none)',
    'court=District+of+North+Borealia&sort=name',
    'state=(none)&sort=oldest',
    'issue=Stairs',
    'issue=(none)',
    'case-type=Jail+Conditions&filed=2015..2020&sort=changed',
    'filed=2019',
    'filed=..2018',
    'filed=(none)',
    'filed=2015-06..2020-03-04',
    'filed=2019..9999',
    'ongoing=Yes&ongoing=(none)&court=district+of+NORTH+borealia',
    "court=O'Brien",
  ];

  let site: TestSite & { readonly database: string };
  beforeAll(async () => {
    site = await serveCopy(await makeFullMirror());
  });
  afterAll(async () => {
    await site.close();
  });

  test.each(FILTERS)('has the same rows on its pages, in its files and from its SQL: %s', async (filter) => {
    const first = (await site.get(`/cases?${filter}`)).body;
    const elements = readElements(first);
    const sql = elements.find(({ name, parent }) => name === 'code' && parent?.name === 'pre')?.text ?? '';
    const mirror = openMirrorReadOnly(site.database);
    const rows = [...query(mirror, sql).rows].map(([id]) => id);
    mirror.close();
    const total = elements.find(({ attributes }) => attributes.id === 'found')?.text;
    expect(total).toMatch(new RegExp(`^${rows.length} cases?( on the site)?$`));
    const shown = elements.flatMap(
      ({ attributes: { href = '' } }) => /^\/cases\/(\d+)$/.exec(href)?.[1] ?? [],
    );
    expect(shown.map(Number)).toEqual(rows);
    const json = JSON.parse((await site.get(`/cases.json?${filter}`)).body) as { id: number }[];
    expect(json.map(({ id }) => id)).toEqual(rows);
    const csv = (await site.get(`/cases.csv?${filter}`)).body.trimEnd().split('\n');
    expect(csv.slice(1).map((line) => Number(line.split(',')[0]))).toEqual(rows);
  });

  test('suggests values for one that no case has, as links that keep the other filters', async () => {
    const { body } = await site.get('/cases?state=Boreala&ongoing=Yes');
    const links = readElements(body).filter(
      ({ attributes }) => attributes.href === '/cases?ongoing=Yes&state=Borealia',
    );
    expect(body.replace(/\s+/g, ' ')).toContain('No case has the state “Boreala”. Did you mean');
    expect(links.map(({ text }) => text)).toContain('Borealia');
  });

  test('counts for each value of a filter the rows that the list then has', async () => {
    for (const start of ['', 'ongoing=Yes', 'issue=Stairs&state=Borealia']) {
      const options = readElements((await site.get(`/cases?${start}`)).body).filter(
        ({ name, parent, attributes }) =>
          name === 'option' && parent?.attributes.name !== 'sort' && attributes.value !== '',
      );
      expect(options.length).toBeGreaterThan(6);
      for (const { attributes, parent, text } of options) {
        const parameters = new URLSearchParams(start);
        parameters.set(parent?.attributes.name ?? '', attributes.value ?? '');
        const { body } = await site.get(`/cases?${parameters.toString()}`);
        const total = readElements(body).find((one) => one.attributes.id === 'found')?.text ?? '';
        expect([parameters.toString(), text]).toEqual([
          parameters.toString(),
          `${attributes.value ?? ''} (${Number.parseInt(total, 10)})`,
        ]);
      }
    }
  });

  test('is downloaded completely, whatever the page shows, over a separate database connection', async () => {
    const { sync, database } = await startHarness({ source: smallCollection(120) });
    await sync();
    const mirror = openMirrorReadOnly(database);
    const total = countPresent(mirror);
    mirror.close();
    const large = await startSite(database);
    const [csv, json, page] = await Promise.all([
      large.get('/cases.csv?page=2'),
      large.get('/cases.json'),
      large.get('/cases?page=3'),
    ]);
    expect(csv.body.trimEnd().split('\n')).toHaveLength(1 + total);
    expect(csv.headers).toMatchObject({
      'content-type': 'text/csv; charset=utf-8; header=present',
      'content-disposition': 'attachment; filename="cases.csv"',
    });
    expect(JSON.parse(json.body)).toHaveLength(total);
    expect(page.body).toMatch(new RegExp(`Cases 101 to ${total} of\\s+${total}, page\\s+3 of`));
    expect((await large.get('/cases?page=9999')).body).toMatch(/page\s+3 of/);
  });
});

/** Adds changes to case 6, for a long download. */
function addChanges(path: string, count: number, value = `'"b"'`): void {
  const sqlite = openSqlite(path);
  sqlite.exec(`WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${count})
    INSERT INTO case_changes (case_id, run_id, changed_at, field, kind, old_value, new_value)
    SELECT 6, 2, '2030-01-16T03:17:00.000Z', 'court', 'changed', '"a"', ${value} FROM n`);
  sqlite.close();
}

test('a download that fails midway ends as an incomplete response', async () => {
  const path = await writeEventful();
  addChanges(path, 3000, `CASE i WHEN 2900 THEN 'no JSON' ELSE '"b"' END`);
  const site = await startSite(path);
  await expect(site.get('/cases/6/history.csv')).rejects.toThrow(/aborted|hang up|ECONNRESET/);
  expect((await site.get('/cases/1')).status).toBe(200);
  expect(site.faults).toHaveLength(1);
});

test('a reader who cancels a download releases the mirror', async () => {
  const database = await writeEventful();
  addChanges(database, 3000, `'"' || hex(zeroblob(1000)) || '"'`); // more than fits into the buffers of a connection
  const site = await startSite(database);
  await new Promise<void>((resolve) => {
    const request = sendRequest(new URL('/cases/6/history.csv', site.url), (response) => {
      response.once('data', () => {
        request.destroy();
        resolve();
      });
    });
    request.on('error', () => undefined);
  });
  const { sqlite, close } = openMirror(database);
  sqlite.exec(`UPDATE cases SET state = 'x'`);
  let busy: unknown = 1;
  for (let tries = 0; busy === 1 && tries < 500; tries++) {
    await new Promise((resolve) => setTimeout(resolve, 10));
    [busy] = sqlite.prepare('PRAGMA wal_checkpoint(TRUNCATE)').raw().get() as unknown[];
  }
  close();
  expect(busy).toBe(0);
});

test('a redaction and a restore work while pages are open, and the pages then show the new state', async () => {
  const folder = tempFolder();
  const database = join(folder, 'mirror.db');
  cpSync(await makeFullMirror(), database);
  const site = await startSite(database);
  const run = async (...args: readonly string[]): Promise<void> => {
    expect(await runCli([...args, '--database', database], { folder })).toMatchObject({
      exitCode: 0,
      stderr: '',
    });
  };
  await run('snapshot', '--to', join(folder, 'kept.db'));
  for (const path of ['/', '/cases', '/cases/8', '/departed'])
    expect((await site.get(path)).status).toBe(200);
  await run('redact', '8', '--yes');
  expect((await site.get('/cases/8')).body).toContain('(removed)');
  expect((await site.get('/departed')).body).toContain('(removed on request)');
  await run('restore', join(folder, 'kept.db'), '--yes');
  expect((await site.get('/cases')).status).toBe(200);
  expect(site.faults).toEqual([]);
});
