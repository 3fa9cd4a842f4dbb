import { get as sendRequest } from 'node:http';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createStatementRunner, PAGE_LIMITS } from '../../src/web/sql/run-statement.ts';
import { listQuestions } from '../../src/web/pages/sql.ts';
import { openSqlite } from '../../src/db/engine.ts';
import { makeFullMirror } from '../support/full-mirror.ts';
import { readElements } from '../support/read-html.ts';
import { type TestSite, serveCopy } from '../support/site.ts';
import { times } from '../support/times.ts';

let site: TestSite;
let database: string;
beforeAll(async () => {
  const copy = await serveCopy(await makeFullMirror());
  ({ database } = copy);
  site = copy;
});
afterAll(async () => {
  await site.close();
});

const ENDLESS = 'WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n';
const never = new AbortController().signal;

const ask = async (sql: string, headers: Record<string, string> = {}) => {
  const { status, body } = await site.get(`/sql?sql=${encodeURIComponent(sql)}`, headers);
  const text =
    readElements(body)
      .find(({ name }) => name === 'main')
      ?.text.replace(/\s+/g, ' ') ?? '';
  return { status, body, text };
};

describe('the page for SQL', () => {
  test('shows the rows, keeps the statement, links cases, and plots numbers', async () => {
    const { status, body, text } = await ask(
      'SELECT case_ongoing, count(*) AS cases FROM clean_cases GROUP BY 1',
    );
    expect(status).toBe(200);
    expect(text).toMatch(/Result of the statement, found in/);
    expect(body).toContain('class="bar"');
    const area = readElements(body).find(({ name }) => name === 'textarea');
    expect(area?.text).toContain('GROUP BY 1');
    expect((await ask('SELECT 6 AS case_id, NULL AS x')).body).toContain('<a href="/cases/6">6</a>');
  });

  test('offers the example queries of the documentation, and none of them fails', async () => {
    const questions = listQuestions();
    expect(questions.length).toBeGreaterThan(12);
    const { body } = await site.get('/sql');
    const links = readElements(body)
      .map(({ attributes }) => attributes.href ?? '')
      .filter((href) => href.startsWith('/sql?'));
    expect(links).toHaveLength(questions.length);
  });

  const MORE_REJECTED: [sql: string, status: number, words: string][] = [
    ['INSERT INTO cases (id) VALUES (1) RETURNING id', 400, 'QUERY_WRITES'],
    ['WITH x AS (SELECT 1) UPDATE cases SET name = NULL RETURNING id', 400, 'QUERY_WRITES'],
    [`/* x */ -- y\n attach 'other.db' AS other`, 400, 'QUERY_WRITES'],
    ['SELECT zeroblob(2000000000)', 400, 'QUERY_INVALID'],
    ['-- nothing', 400, 'The statement is empty.'],
  ];
  // Each takes a process. test/cli/query-refusals.test.ts has more.
  test.each<[sql: string, status: number, words: string]>([
    ['SELCT 1', 400, 'Syntax error at "SELCT"'],
    [
      'SELECT * FROM casse',
      400,
      'There is no table or view casse. Did you mean clean_cases or cases? docs/schema.md lists tables and views. Here: Tables, views and columns.',
    ],
    ['SELECT 1; SELECT 2', 400, 'more than one statement'],
    ['DELETE FROM cases', 400, 'QUERY_WRITES'],
    [`ATTACH '/tmp/other.db' AS other`, 400, 'QUERY_WRITES'],
    ['PRAGMA busy_timeout = 1', 400, 'QUERY_WRITES'],
    ['PRAGMA mmap_size = 1000000', 400, 'QUERY_WRITES'],
    [`VACUUM INTO '/tmp/copy.db'`, 400, 'QUERY_WRITES'],
    [`SELECT load_extension('x')`, 400, 'QUERY_INVALID'],
    [`SELECT writefile('/tmp/x', 'x')`, 400, 'QUERY_INVALID'],
    ...times([], MORE_REJECTED),
  ])('rejects and explains %s', async (sql, expected, words) => {
    const { status, text } = await ask(sql);
    expect([status, text]).toEqual([expected, expect.stringContaining(words)]);
  });

  test.each(times(['SELCT 1'], ['SELCT 1', `ATTACH '/tmp/other.db' AS other`]))(
    'answers a program in plain text: %s',
    async (sql) => {
      const file = await site.get(`/sql.csv?sql=${encodeURIComponent(sql)}`);
      expect([file.status, file.body]).toEqual([400, expect.stringMatching(/^QUERY_[A-Z]+: /)]);
    },
  );

  test('shows the first rows of a long result, and offers all of them as files', async () => {
    const sql = `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 5000) SELECT i, 'row ' || i AS t FROM n`;
    const { body, text } = await ask(sql);
    expect(text).toContain(`The first ${PAGE_LIMITS.rows} rows`);
    expect(body.length).toBeLessThan(200_000);
    const csv = await site.get(`/sql.csv?sql=${encodeURIComponent(sql)}`);
    expect(csv.body.trimEnd().split('\n')).toHaveLength(5001);
    const json = await site.get(`/sql.json?sql=${encodeURIComponent(sql)}`);
    expect(JSON.parse(json.body)).toHaveLength(5000);
  });

  test('shows the beginning of a long cell', async () => {
    const { body } = await ask(
      `SELECT replace(hex(zeroblob(1000000)), '0', 'x') AS long, x'00ff' AS bytes, 9007199254740993 AS big`,
    );
    expect(body.length).toBeLessThan(20_000);
    expect(body).toContain('9007199254740993');
  });

  test('does not run a statement that another website filled in', async () => {
    const { status, body, text } = await ask('SELECT 41 + 1', {
      'sec-fetch-site': 'cross-site',
      'sec-fetch-mode': 'navigate',
      'sec-fetch-dest': 'document',
    });
    expect([status, text.includes('Read it before you run it'), text.includes('42')]).toEqual([
      200,
      true,
      false,
    ]);
    expect(body).toContain('SELECT 41 + 1');
    const file = await site.get('/sql.csv?sql=SELECT+1', {
      'sec-fetch-site': 'cross-site',
      'sec-fetch-mode': 'navigate',
    });
    expect(file.status).toBe(403);
  });

  test('keeps other pages fast, and stops the statement of a reader who leaves', async () => {
    const before = await site.get('/runs');
    const request = sendRequest(new URL(`/sql?sql=${encodeURIComponent(ENDLESS)}`, site.url));
    request.on('error', () => undefined);
    const closed = new Promise((resolve) => request.once('close', resolve));
    // While it runs, a page and another statement are served.
    expect((await site.get('/runs')).body).toBe(before.body);
    expect((await ask('SELECT 1')).status).toBe(200);
    request.destroy();
    await closed;
    // Another statement can start as soon as the process has ended.
    for (;;) {
      const answers = await Promise.all([ask('SELECT 1'), ask('SELECT 2')]);
      if (answers.every(({ status }) => status === 200)) break;
    }
  });
});

describe('a statement', () => {
  test.each([
    ['time', { milliseconds: 300 }, ENDLESS, 'it took more than 0.3 seconds'],
    [
      'memory',
      { memory: 150 * 1024 * 1024 },
      `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT group_concat(hex(randomblob(1000))) FROM n`,
      'MB of memory',
    ],
  ])('is stopped at the limit of %s, and says so', async (_, limit, sql, words) => {
    const runner = createStatementRunner(database);
    await expect(runner.run(sql, never, { ...PAGE_LIMITS, ...limit })).rejects.toMatchObject({
      code: 'QUERY_STOPPED',
      message: expect.stringContaining(words),
    });
    expect((await runner.run('SELECT 1 AS one', never)).rows).toEqual([[1]]);
  });

  test('shows the first row, however many and large its cells are', async () => {
    const cells = Array.from({ length: 30 }, (_, at) => `x AS x${at}`).join(', ');
    const tables = Array.from({ length: 60 }, (_, at) => `t AS a${at}`).join(', ');
    const sql = `WITH t AS (SELECT ${cells} FROM (SELECT replace(hex(zeroblob(450)), '0', char(1)) AS x)) SELECT * FROM ${tables}`;
    const { columns, rows } = await createStatementRunner(database).run(sql, never);
    expect([columns.length, rows.length, rows[0]?.length]).toEqual([1800, 1, 1800]);
  });

  test.each([
    ['rows', { rows: 10 }],
    ['bytes', { bytes: 1000 }],
    ['milliseconds', { milliseconds: 300 }],
  ])('breaks off its download if the file exceeds the limit of %s', async (_, limit) => {
    const runner = createStatementRunner(database, {
      file: { ...PAGE_LIMITS, rows: 1e9, bytes: 1e9, milliseconds: 60_000, ...limit },
    });
    const endless = `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i, hex(randomblob(1000)) FROM n`;
    await expect(
      (async () => {
        const stream = await runner.open(endless, 'csv', never);
        for await (const chunk of stream) expect(chunk.length).toBeGreaterThan(0);
      })(),
    ).rejects.toMatchObject({ code: 'QUERY_STOPPED' });
  });

  test('is not needed for the file of a search, which a process lists too, and breaks at a limit', async () => {
    const runner = createStatementRunner(database, { file: { ...PAGE_LIMITS, rows: 2, bytes: 1e9 } });
    const search = (q: string) => ({ params: { q: [q] }, now: '2030-02-01T12:00:00Z', timeZone: 'UTC' });
    const read = async (q: string) => {
      let text = '';
      for await (const chunk of await runner.open(search(q), 'csv', never))
        text += Buffer.from(chunk).toString();
      return text;
    };
    expect(await read('"came back"')).toMatch(/^case_id,.*\n7,Came back,/s);
    await expect(read('county')).rejects.toMatchObject({ code: 'QUERY_STOPPED' });
    await expect(read('-county')).rejects.toMatchObject({ code: 'USAGE' });
  });

  test('is refused while two others run', async () => {
    const runner = createStatementRunner(database);
    const leave = new AbortController();
    const others = [1, 2].map(() => runner.run(ENDLESS, leave.signal).catch(() => 'ended'));
    await expect(runner.run('SELECT 1', never)).rejects.toMatchObject({ code: 'QUERY_STOPPED' });
    leave.abort();
    expect(await Promise.all(others)).toEqual(['ended', 'ended']);
    runner.close();
  });

  test('reads a single state of the mirror, and never writes', async () => {
    const runner = createStatementRunner(database);
    const before = openSqlite(database, { readonly: true });
    const count = before.prepare('SELECT count(*) FROM cases').pluck().get();
    before.close();
    expect((await runner.run('SELECT count(*) FROM cases', never)).rows).toEqual([[count]]);
  });
});
