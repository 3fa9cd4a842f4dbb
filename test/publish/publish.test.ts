import { randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { recordedCases } from '../../fake-api/collection/recorded-cases.ts';
import { closing, openSqlite } from '../../src/db/engine.ts';
import { openMirrorReadOnly } from '../../src/db/open-mirror.ts';
import { chooseRun } from '../../src/export/run.ts';
import { toTables } from '../../src/export/select.ts';
import { spawnCli, runCli } from '../support/command-line.ts';
import { makeFullMirror } from '../support/full-mirror.ts';
import { makeAttachment, makeCase, makeDocket, makeEntry } from '../support/make-case.ts';
import { makeCertificate } from '../support/make-certificate.ts';
import { type PostgresServer, explainMissing, startPostgres } from '../support/postgres-server.ts';
import { redactMeanwhile } from '../support/program.ts';
import { shareHistory } from '../support/shared-history.ts';
import { listFaults } from '../support/json-page.ts';
import { tempFolder } from '../support/temp-folder.ts';
import { publishTo, readMirror, readServer } from './publish-harness.ts';

const missing = explainMissing();
if (missing !== null) test.skip(`publish is not tested on this machine: ${missing}`, () => undefined);

const ALL = toTables({ isRaw: false, withoutTexts: false });

(missing === null ? describe : describe.skip)('a server of Postgres', () => {
  let server: PostgresServer;
  let roots: string;
  beforeAll(async () => {
    const certificate = makeCertificate('localhost');
    roots = join(mkdtempSync(join(tmpdir(), 'clearinghouse-roots-')), 'roots.pem');
    writeFileSync(roots, certificate.cert);
    server = await startPostgres({
      certificate,
      hba: ['host all careful 127.0.0.1/32 scram-sha-256'],
    });
    await server.query(
      `CREATE ROLE careful LOGIN PASSWORD 'lamp-secret'; CREATE ROLE reader; CREATE ROLE writer`,
    );
  });
  afterAll(async () => {
    await server.remove();
    rmSync(dirname(roots), { recursive: true });
  });

  const one = async (sql: string): Promise<unknown> => Object.values((await server.query(sql))[0] ?? {})[0];

  test('gets every row of every table with its type, keys, comments and words, as an export has them', async () => {
    const database = await makeFullMirror();
    // A day that is none would end the COPY of all cases.
    closing(openSqlite(database), (sqlite) =>
      sqlite.exec(
        `UPDATE cases SET terminating_date = '2020-02-30' WHERE id = (SELECT min(id) FROM clean_cases)`,
      ),
    );
    const published = await publishTo(server.url(), 'full', database);
    const content = await readMirror(database);
    expect(await readServer(server, 'full')).toEqual(content);
    // An export that is wrong in the same way would not show it.
    expect(
      await server.query(
        'SELECT terminating_date AS typed, terminating_date_text AS text FROM "full".cases WHERE id = (SELECT min(id) FROM "full".cases)',
      ),
    ).toEqual([{ typed: null, text: '2020-02-30' }]);
    expect(published.merged).toBe(null);
    expect(Object.fromEntries(published.tables.map(({ name, rows }) => [name, rows]))).toEqual(
      Object.fromEntries(ALL.map(({ name }) => [name, content[name]?.length])),
    );
    const empty = ALL.filter(({ name }) => content[name]?.length === 0).map(({ name }) => name);
    expect(empty).toEqual(['document_files']); // no file was fetched into this mirror
    const columns = await server.query(
      `SELECT c.relname || '.' || a.attname AS name, format_type(a.atttypid, NULL) AS type, col_description(c.oid, a.attnum) AS comment
       FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid WHERE c.relnamespace = 'full'::regnamespace AND c.relkind = 'r' AND a.attnum > 0 AND c.relname NOT LIKE 'mirror%'`,
    );
    expect(columns.filter(({ comment }) => comment === null)).toEqual([]);
    const types = new Map(columns.map(({ name, type }) => [name, type]));
    expect([
      types.get('cases.id'),
      types.get('cases.filing_date'),
      types.get('cases.issues'),
      types.get('cases.never_filed'),
      types.get('runs.started_at'),
    ]).toEqual(['bigint', 'date', 'text[]', 'boolean', 'timestamp with time zone']);
    const counted = `SELECT count(*)::int FROM pg_constraint WHERE connamespace = 'full'::regnamespace AND contype =`;
    expect(await one(`${counted} 'p'`)).toBe(ALL.length + 2);
    expect(await one(`${counted} 'f'`)).toBe(ALL.flatMap(({ references }) => references).length);
    expect(await one(`SELECT count(*)::int FROM pg_namespace WHERE nspname = 'full_next'`)).toBe(0);
  });

  const withEntries = (...docket_entries: ReturnType<typeof makeEntry>[]) => ({
    main_docket: makeDocket({ docket_entries }),
  });
  const entry = (id: number | null, description: string, rest = {}) =>
    makeEntry({ id, description, ...rest });

  const toStory = () => ({
    source: recordedCases([
      makeCase({
        id: 1,
        case_ongoing: 'Yes',
        issues: ['Fog', 'Stairs'],
        ...withEntries(
          entry(5, 'A\\.\n\t"x"'),
          entry(6, 'B', { attachments: [makeAttachment(1), makeAttachment(2)] }),
        ),
      }),
      makeCase({ id: 2, case_ongoing: 'No', ...withEntries(entry(7, 'C'), entry(7, 'D'), entry(null, 'E')) }),
      makeCase({
        id: 3,
        case_ongoing: 'No',
        filing_date: '0000-01-01',
        related_cases: [{ id: 4, name: 'Named v. Named' }],
        ...withEntries(entry(8, 'before\0after')),
      }),
      makeCase({
        id: 4,
        case_ongoing: 'No',
        ...withEntries(entry(9, '\\.'), entry(12, 'The COURT orders Consent Decrees')),
      }),
    ]),
  });
  const share = shareHistory(toStory);

  async function startStory() {
    const harness = await share();
    return { ...harness, source: harness.fakeApi.source };
  }

  test('holds after each update what the mirror has, and in the end what a full load has: changes, shorter lists, departed and redacted cases', async () => {
    const { database, source, sync } = await startStory();
    const first = await publishTo(server.url(), 'story', database);
    expect(await one('SELECT name FROM story.related_cases WHERE case_id = 3')).toBe('Named v. Named');
    expect(first.loaded.map(({ misfits }) => misfits)).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ untyped: { filing_date: 1 } }),
        expect.objectContaining({ nulReplaced: { description: 1 } }),
      ]),
    );
    expect(
      await one(
        `SELECT description FROM story.docket_entries WHERE words @@ websearch_to_tsquery('english', '"consent decree"')`,
      ),
    ).toBe('The COURT orders Consent Decrees');
    await server.query(`CREATE VIEW public.of_others AS SELECT id, name FROM story.cases;
      CREATE TABLE public.notes (case_id bigint REFERENCES story.cases, note text); INSERT INTO notes VALUES (1, 'mine'), (2, 'too')`);
    const steps: (() => Promise<unknown>)[] = [
      () => Promise.resolve(),
      async () => {
        source.edit(1, (record) => ({
          ...record,
          name: 'Other',
          issues: ['Fog'],
          ...withEntries(entry(6, 'B2', { attachments: [makeAttachment(2)] })),
        }));
        source.edit(2, (record) => ({ ...record, ...withEntries(entry(null, 'E'), entry(7, 'D')) }));
        source.remove(4);
        source.put(makeCase({ id: 10, case_ongoing: 'Yes' }));
        await sync();
      },
      () => sync(),
      async () => {
        expect((await runCli(['redact', '4', '--yes', '--database', database])).exitCode).toBe(0);
        await sync();
      },
    ];
    const written: unknown[] = [];
    for (const [at, step] of steps.entries()) {
      await step();
      const { merged } = await publishTo(server.url(), 'story', database);
      written.push(merged);
      expect([at, await readServer(server, 'story')]).toEqual([at, await readMirror(database)]);
    }
    await publishTo(server.url(), 'story_full', database);
    expect(await readServer(server, 'story_full')).toEqual(await readServer(server, 'story'));
    expect(written[0]).toEqual({ written: 0, removed: 0 });
    expect(written[1]).not.toEqual({ written: 0, removed: 0 });
    expect(await one('SELECT count(*)::int FROM story.cases WHERE id = 4')).toBe(0);
    expect(
      await server.query('SELECT related_id::int, name FROM story.related_cases WHERE case_id = 3'),
    ).toEqual([{ related_id: 4, name: null }]);
    expect(await one('SELECT name FROM of_others WHERE id = 1')).toBe('Other');
    expect(await one('SELECT count(*)::int FROM notes')).toBe(2);
    // What somebody changed on the server is put right by the next publish.
    await server.query(
      `UPDATE story.docket_entries SET description = 'forged' WHERE case_id = 2; INSERT INTO story.cases (id, name) VALUES (77, 'forged')`,
    );
    await publishTo(server.url(), 'story', database);
    expect(await readServer(server, 'story')).toEqual(await readMirror(database));
    // A row that somebody refers to is not taken away behind his back.
    source.remove(2);
    await sync();
    await sync();
    await expect(publishTo(server.url(), 'story', database)).rejects.toMatchObject({
      code: 'PUBLISH_BLOCKED',
      message: expect.stringContaining('notes'),
    });
    expect(await one('SELECT count(*)::int FROM story.cases WHERE id = 2')).toBe(1);
  });

  test('shows every reader the old state or the new one, in REPEATABLE READ too, and never none', async () => {
    const { database, source, sync } = await startStory();
    await publishTo(server.url(), 'readers', database);
    await server.query(
      'GRANT USAGE ON SCHEMA readers TO reader; GRANT SELECT ON ALL TABLES IN SCHEMA readers TO reader; GRANT UPDATE (name) ON readers.cases TO writer WITH GRANT OPTION; ALTER DEFAULT PRIVILEGES IN SCHEMA readers GRANT SELECT ON TABLES TO reader',
    );
    source.edit(1, (record) => ({ ...record, name: 'Newer' }));
    source.put(makeCase({ id: 11, case_ongoing: 'Yes' }));
    await sync();
    const count =
      'SELECT (SELECT count(*)::int FROM readers.cases) AS cases, (SELECT count(*)::int FROM readers.runs) AS runs';
    const old = await server.connect();
    const waiting = await server.connect();
    const begin = 'BEGIN ISOLATION LEVEL REPEATABLE READ; SET LOCAL ROLE reader';
    await old.query(begin);
    const before = (await old.query(count)).rows[0] as unknown;
    await waiting.query(`${begin}; SELECT count(*) FROM pg_class`);
    await publishTo(server.url(), 'readers', database);
    const after = (await server.query(count))[0];
    expect(before).toEqual({ cases: 4, runs: 1 });
    expect(after).toEqual({ cases: 5, runs: 2 });
    expect((await old.query(count)).rows[0]).toEqual(before);
    expect((await waiting.query(count)).rows[0]).toEqual(before);
    // To build anew waits for those who have read, and then gives up.
    await expect(publishTo(server.url(), 'readers', database, { isFull: true })).rejects.toMatchObject({
      code: 'PUBLISH_BLOCKED',
    });
    await Promise.all([old.query('COMMIT'), waiting.query('COMMIT')]);
    await waiting.query(`${begin}; SELECT count(*) FROM pg_class`);
    await publishTo(server.url(), 'readers', database, { isFull: true });
    expect((await waiting.query(count)).rows[0]).toEqual(after);
    expect((await waiting.query('SELECT run_id::int FROM readers.mirror_publication')).rows).toEqual([
      { run_id: 2 },
    ]);
    await waiting.query('COMMIT');
    await Promise.all([old.end(), waiting.end()]);
    expect(
      await one(`SELECT has_column_privilege('writer', 'readers.cases', 'name', 'UPDATE WITH GRANT OPTION')`),
    ).toBe(true);
    expect(
      await one(
        `SELECT bool_and(has_table_privilege('reader', c.oid, 'SELECT')) FROM pg_class c WHERE relnamespace = 'readers'::regnamespace AND relkind = 'r'`,
      ),
    ).toBe(true);
  });

  test('publishes nothing if something is redacted meanwhile', async () => {
    const database = await makeFullMirror();
    const id = closing(openMirrorReadOnly(database), ({ sqlite }) =>
      String(sqlite.prepare('SELECT min(id) FROM clean_documents').pluck().get()),
    );
    let isRedacted = false;
    const onTable = (): void => {
      if (isRedacted) return;
      isRedacted = true;
      expect(redactMeanwhile(database, '--document', id).stderr).toContain('REDACTION_UNFINISHED');
    };
    const seen: string[] = [];
    const notes = {
      onPlacing: () => seen.push('placing'),
      onAbandoned: () => seen.push('abandoned'),
      onPlaced: () => seen.push('placed'),
    };
    await expect(publishTo(server.url(), 'meanwhile', database, { onTable, ...notes })).rejects.toMatchObject(
      {
        code: 'REDACTED_MEANWHILE',
      },
    );
    expect(seen).toEqual(['placing', 'abandoned']);
    expect(await one(`SELECT to_regnamespace('meanwhile') IS NULL`)).toBe(true);
  });

  test('fails if a trigger of others changes what was sent, and names the part', async () => {
    const { database, source, sync } = await startStory();
    await publishTo(server.url(), 'changing', database);
    await server.query(`CREATE FUNCTION changing.f() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN NEW.name := upper(NEW.name); RETURN NEW; END';
      CREATE TRIGGER change BEFORE UPDATE ON changing.cases FOR EACH ROW EXECUTE FUNCTION changing.f()`);
    source.edit(1, (record) => ({ ...record, name: 'Newer' }));
    await sync();
    const before = await readServer(server, 'changing');
    await expect(publishTo(server.url(), 'changing', database)).rejects.toMatchObject({
      code: 'PUBLISH_FAILED',
      message: expect.stringContaining('cases 1 differs'),
      hint: expect.stringContaining('trigger'),
    });
    expect(await readServer(server, 'changing')).toEqual(before);
  });

  test('has other tables when others are wanted, without those of the choice before', async () => {
    const { database, sync } = await startStory();
    await publishTo(server.url(), 'choice', database);
    const columns = `SELECT count(*)::int FROM information_schema.columns WHERE table_schema = 'choice' AND (table_name = 'document_texts' OR column_name LIKE 'summary%')`;
    const all = await one(columns);
    const refused = { code: 'PUBLISH_REFUSED', hint: expect.stringContaining('publish --full') };
    await expect(publishTo(server.url(), 'choice', database, { withoutTexts: true })).rejects.toMatchObject({
      ...refused,
      message: 'The schema choice has a publication with texts, not without texts.',
    });
    const anew = { withoutTexts: true, isFull: true };
    expect((await publishTo(server.url(), 'choice', database, anew)).merged).toBe(null);
    expect(
      await one(
        `${columns} AND column_name <> 'summary_published_date' AND column_name <> 'summary_published_date_text'`,
      ),
    ).toBe(0);
    expect((await publishTo(server.url(), 'choice', database, { withoutTexts: true })).merged).not.toBe(null);
    await expect(publishTo(server.url(), 'choice', database)).rejects.toMatchObject(refused);
    expect((await publishTo(server.url(), 'choice', database, { isFull: true })).merged).toBe(null);
    expect(await one(columns)).toBe(all);
    const run = closing(openMirrorReadOnly(database), (mirror) => chooseRun(mirror, null, false));
    await sync();
    expect((await publishTo(server.url(), 'choice', database)).run.id).toBe(run.id + 1);
    await expect(publishTo(server.url(), 'choice', database, { run })).rejects.toMatchObject({
      ...refused,
      message: `The schema choice has a publication of the state after run ${run.id + 1}, which that after run ${run.id} would replace.`,
    });
    // A restored mirror does not know that run, but another of the same number.
    closing(openSqlite(database), (sqlite) =>
      sqlite.exec(`UPDATE sync_runs SET ended_at = '2031-01-01T00:00:00.000Z' WHERE id = ${run.id + 1}`),
    );
    expect((await publishTo(server.url(), 'choice', database, { run })).run.id).toBe(run.id);
    const other = await makeFullMirror();
    closing(openSqlite(other), (sqlite) =>
      sqlite.exec(`UPDATE mirror_identity SET mirror_id = '${'0'.repeat(32)}'`),
    );
    await expect(publishTo(server.url(), 'choice', other)).rejects.toMatchObject({
      ...refused,
      message: 'The schema choice has a publication of another mirror.',
    });
    // An earlier version named neither the mirror nor the choice, and its tables look otherwise. Its columns tell the choice.
    await server.query(
      `ALTER TABLE choice.mirror_publication DROP COLUMN mirror, DROP COLUMN with_texts; UPDATE choice.mirror_publication SET layout = 'earlier'`,
    );
    await expect(publishTo(server.url(), 'choice', other, { withoutTexts: true })).rejects.toMatchObject({
      ...refused,
      message: 'The schema choice has a publication with texts, not without texts.',
    });
    expect((await publishTo(server.url(), 'choice', other)).merged).toBe(null);
  });

  test('keeps what others built on the tables: to build them anew is refused with the names', async () => {
    const { database } = await startStory();
    await publishTo(server.url(), 'kept', database);
    await server.query(`CREATE SCHEMA others; CREATE VIEW others.open_cases AS SELECT id FROM kept.cases;
      CREATE MATERIALIZED VIEW others.counts AS SELECT count(*) FROM kept.docket_entries;
      CREATE TABLE others.notes (id bigint REFERENCES kept.cases);
      CREATE INDEX fast ON kept.documents (title);
      CREATE FUNCTION others.f() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
      CREATE TRIGGER watch AFTER INSERT ON kept.cases FOR EACH ROW EXECUTE FUNCTION others.f();
      CREATE PUBLICATION feed FOR TABLE kept.cases; ALTER TABLE kept.runs ADD COLUMN note text;
      CREATE POLICY careful ON kept.cases USING (true); CREATE STATISTICS kept.both ON id, state FROM kept.cases`);
    await expect(publishTo(server.url(), 'kept', database, { isFull: true })).rejects.toMatchObject({
      code: 'PUBLISH_REFUSED',
      message: expect.stringMatching(
        /these depend on them: column note of runs, foreign key notes_id_fkey of others.notes, index kept.fast, materialized view others.counts, policy careful on cases, publication feed of cases, statistics both of cases, trigger watch on cases, view others.open_cases\./,
      ),
    });
    await publishTo(server.url(), 'kept', database);
    expect(await readServer(server, 'kept').then(({ cases }) => cases?.length)).toBe(4);
    expect(await one('SELECT count(*)::int FROM others.open_cases')).toBe(4);
    // What publish does not know how to name is not dropped either.
    await server.query(`DROP PUBLICATION feed; DROP SCHEMA others CASCADE; DROP INDEX kept.fast; DROP STATISTICS kept.both;
      DROP POLICY careful ON kept.cases; ALTER TABLE kept.runs DROP COLUMN note; CREATE DOMAIN public.one_case AS kept.cases;
      GRANT SELECT ON kept.cases TO reader; GRANT UPDATE (name) ON kept.cases TO writer`);
    await expect(publishTo(server.url(), 'kept', database, { isFull: true })).rejects.toThrow();
    expect(await one(`SELECT count(*)::int FROM pg_type WHERE typname = 'one_case'`)).toBe(1);
    await server.query('DROP DOMAIN one_case');
    await publishTo(server.url(), 'kept', database, { isFull: true });
    expect(
      await server.query(
        `SELECT has_table_privilege('reader', 'kept.cases', 'SELECT') AS reads, has_table_privilege('reader', 'kept.cases', 'UPDATE') AS changes,
           has_column_privilege('writer', 'kept.cases', 'name', 'UPDATE') AS renames, has_table_privilege('writer', 'kept.cases', 'UPDATE') AS rewrites`,
      ),
    ).toEqual([{ reads: true, changes: false, renames: true, rewrites: false }]);
  });

  test('waits for a reader only in bounded steps, between which other readers pass', async () => {
    const { database } = await startStory();
    await publishTo(server.url(), 'read', database);
    const reader = await server.connect();
    await reader.query('BEGIN; SELECT count(*) FROM read.cases');
    let pauses = 0;
    const passes = async (): Promise<void> => {
      pauses++;
      await server.query(`SET lock_timeout = '5s'; SELECT count(*) FROM read.cases`);
    };
    await expect(
      publishTo(server.url(), 'read', database, { isFull: true, sleep: passes }),
    ).rejects.toMatchObject({ code: 'PUBLISH_BLOCKED' });
    expect(pauses).toBeGreaterThan(3);
    const leaves = async (): Promise<void> => {
      await reader.query('COMMIT');
    };
    await publishTo(server.url(), 'read', database, { isFull: true, sleep: leaves });
    await reader.end();
    expect(await readServer(server, 'read')).toEqual(await readMirror(database));
  });

  test('has no limit of a role for what is slow, a limit for each lock, and no index that a long text breaks', async () => {
    const { database } = await startStory();
    // Not compressible, so longer than any entry of a B-tree.
    const long = randomBytes(20_000).toString('hex');
    const setText = (text: string): void => {
      closing(openSqlite(database), (sqlite) =>
        sqlite.exec(
          `UPDATE cases SET name = '${text}', state = '${text}', court = '${text}' WHERE id = 1;
           UPDATE dockets SET docket_number_manual = '${text}' WHERE case_id = 1;
           UPDATE docket_entries SET description = '${text}' WHERE case_id = 1`,
        ),
      );
    };
    setText(long);
    await server.query(`ALTER ROLE CURRENT_USER SET statement_timeout = '1min'`);
    try {
      await publishTo(server.url(), 'limits', database);
      await server.query(
        `CREATE SCHEMA notes; CREATE TABLE notes.seen (statement text, lock text);
         CREATE FUNCTION notes.see() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
           INSERT INTO notes.seen VALUES (current_setting('statement_timeout'), current_setting('lock_timeout')); RETURN NEW; END $$;
         CREATE TRIGGER see AFTER INSERT OR UPDATE ON limits.mirror_publication FOR EACH ROW EXECUTE FUNCTION notes.see();
         CREATE TRIGGER see AFTER INSERT OR UPDATE ON limits.runs FOR EACH ROW EXECUTE FUNCTION notes.see();
         UPDATE limits.runs SET outcome = 'changed by hand'; TRUNCATE notes.seen`,
      );
      await publishTo(server.url(), 'limits', database, { lockMs: 77 });
      expect(await server.query('SELECT DISTINCT statement FROM notes.seen')).toEqual([{ statement: '0' }]);
      expect(await one(`SELECT count(*)::int FROM notes.seen WHERE lock IN ('0', '0ms')`)).toBe(0);
      expect(await one(`SELECT count(*)::int FROM notes.seen WHERE lock = '77ms'`)).toBeGreaterThan(0);
    } finally {
      await server.query('ALTER ROLE CURRENT_USER RESET statement_timeout');
    }
    expect(await one(`SELECT id::int FROM limits.cases WHERE docket_number = '${long}'`)).toBe(1);
    expect(await readServer(server, 'limits')).toEqual(await readMirror(database));
  });

  test('keeps the old state whatever ends a publish, and the next one succeeds', async () => {
    const { database, source, sync } = await startStory();
    await publishTo(server.url(), 'dying', database);
    const before = await readServer(server, 'dying');
    source.edit(1, (record) => ({ ...record, name: 'Newer' }));
    await sync();
    const backend = `SELECT pid FROM pg_stat_activity WHERE application_name = 'clearinghouse-mirror'`;
    for (const isFull of [false, true]) {
      let ending: Promise<unknown> = Promise.resolve();
      const dead = publishTo(server.url(), 'dying', database, {
        isFull,
        onTable: ({ table }) => {
          if (table.name === 'cases')
            ending = server.query(`SELECT pg_terminate_backend(pid) FROM (${backend}) AS it`);
        },
      });
      await expect(dead).rejects.toMatchObject({ code: 'PUBLISH_UNREACHABLE' });
      await ending;
      const stop = new AbortController();
      const stopped = publishTo(server.url(), 'dying', database, {
        isFull,
        signal: stop.signal,
        onTable: () => {
          stop.abort(new Error('stopped'));
        },
      });
      await expect(stopped).rejects.toThrow('stopped');
    }
    // A process that is killed while it waits for a lock.
    const holder = await server.connect();
    await holder.query('BEGIN; LOCK TABLE dying.cases IN SHARE MODE');
    const { child, ended } = spawnCli([
      'publish',
      server.url(),
      '--publish-schema',
      'dying',
      '--database',
      database,
    ]);
    while ((await server.query(`${backend} AND wait_event_type = 'Lock'`)).length === 0)
      await new Promise((resolve) => setTimeout(resolve, 20));
    await expect(publishTo(server.url(), 'dying', database)).rejects.toMatchObject({
      code: 'PUBLISH_LOCKED',
    });
    child.kill('SIGKILL');
    await ended;
    await holder.end();
    expect(await readServer(server, 'dying')).toEqual(before);
    // The whole server.
    const crashed = publishTo(server.url(), 'dying', database, {
      onTable: () => {
        server.process().kill('SIGQUIT');
      },
    });
    await expect(crashed).rejects.toMatchObject({ code: 'PUBLISH_UNREACHABLE' });
    await server.stop('immediate');
    await server.start();
    expect(await readServer(server, 'dying')).toEqual(before);
    expect(await one(`SELECT count(*)::int FROM pg_namespace WHERE nspname = 'dying_next'`)).toBe(0);
    await publishTo(server.url(), 'dying', database);
    expect(await readServer(server, 'dying')).toEqual(await readMirror(database));
  });

  describe('is refused', () => {
    let bytes: Buffer;
    let database: string;
    beforeAll(async () => {
      bytes = readFileSync((await startStory()).database);
    });
    beforeEach(() => {
      database = join(tempFolder(), 'mirror.db');
      writeFileSync(database, bytes);
    });
    const publish = (args: readonly string[], env: NodeJS.ProcessEnv = {}) =>
      runCli(['publish', ...args, '--json'], {
        env: { HOME: tempFolder(), CLEARINGHOUSE_DATABASE: database, ...env },
      });

    test.each<[string, () => [string[], NodeJS.ProcessEnv?], number, RegExp]>([
      [
        'with a wrong password',
        () => [[server.url('postgres', 'careful')], { PGPASSWORD: 'lamp-secret-2' }],
        2,
        /refused the user or the password \(SQLSTATE 28P01\).*PUBLISH_REFUSED/,
      ],
      [
        'without a password',
        () => [[server.url('postgres', 'careful')]],
        2,
        /asks for a password.*PUBLISH_REFUSED/,
      ],
      [
        'in a database that is not there',
        () => [[server.url('nowhere')]],
        2,
        /no database of that name.*PUBLISH_REFUSED/,
      ],
      [
        'at an address where no program listens',
        () => [[], { CLEARINGHOUSE_PUBLISH_URL: 'postgres://u:lamp-secret@127.0.0.1:1/d' }],
        4,
        /CLEARINGHOUSE_PUBLISH_URL: no program listens there.*PUBLISH_UNREACHABLE/,
      ],
      [
        'with a password among the arguments',
        () => [['postgres://u:lamp-secret@127.0.0.1/d']],
        2,
        /has a password, which other users.*USAGE/,
      ],
      ['without an address', () => [[]], 2, /No server to publish to.*USAGE/],
      [
        'without TLS off this machine',
        () => [['postgres://u@192.0.2.1/d?sslmode=prefer']],
        2,
        /sslmode of The address is prefer.*SETTING_INVALID/,
      ],
    ])('%s, and no secret is shown', async (_title, toWords, exit, told) => {
      const [args, env] = toWords();
      const { exitCode, stdout, stderr } = await publish(args, env);
      expect([exitCode, stdout, stderr]).toEqual([exit, '', expect.stringMatching(told)]);
      expect(stderr).not.toMatch(/lamp-secret|127\.0\.0\.1|192\.0/);
      expect(stderr).not.toContain('    at ');
    });

    test('in a database whose encoding is not UTF8, and nothing is written', async () => {
      for (const [name, encoding] of [
        ['latin', 'LATIN1'],
        ['ascii', 'SQL_ASCII'],
      ]) {
        await server.query(`CREATE DATABASE ${name} ENCODING '${encoding}' TEMPLATE template0`);
        expect(await publish([server.url(name)])).toMatchObject({
          exitCode: 2,
          stderr: expect.stringContaining(`encoding ${encoding}`),
        });
        expect(
          await server.query(`SELECT nspname FROM pg_namespace WHERE nspname LIKE 'clearing%'`, name),
        ).toEqual([]);
      }
    });

    test('in a schema with tables of others, which stay', async () => {
      await server.query(
        `CREATE SCHEMA theirs; CREATE TABLE theirs.cases (mine text); CREATE SCHEMA busy_next; CREATE TABLE busy_next.cases (mine text)`,
      );
      for (const [schema, told] of [
        ['theirs', 'Not written by publish are these tables of the schema theirs: cases.'],
        ['busy', 'busy_next'],
      ] as const) {
        const { exitCode, stderr } = await publish([server.url(), '--publish-schema', schema]);
        expect([exitCode, stderr]).toEqual([2, expect.stringContaining(told)]);
      }
      expect(
        await server.query('SELECT mine FROM theirs.cases UNION SELECT mine FROM busy_next.cases'),
      ).toEqual([]);
    });

    test('to a role that may not create a schema, unless an administrator made both', async () => {
      const url = server.url('postgres', 'careful');
      const env = { PGPASSWORD: 'lamp-secret' };
      expect(await publish([url], env)).toMatchObject({
        exitCode: 2,
        stderr: expect.stringContaining('lacks a privilege (SQLSTATE 42501'),
      });
      await server.query(
        'CREATE SCHEMA careful AUTHORIZATION careful; CREATE SCHEMA careful_next AUTHORIZATION careful',
      );
      for (const args of [[], [], ['--full']]) {
        const done = await publish([url, '--publish-schema', 'careful', ...args], env);
        expect([
          done.exitCode,
          listFaults(JSON.parse(done.stdout) as Record<string, unknown>, 'publish'),
        ]).toEqual([0, []]);
      }
      expect(
        await one(`SELECT count(*)::int FROM pg_class WHERE relnamespace = 'careful_next'::regnamespace`),
      ).toBe(0);
    });
  });

  test.each([
    ['localhost', 'verify-full', true, 0],
    ['127.0.0.1', 'verify-full', true, 4],
    ['127.0.0.1', 'verify-ca', true, 0],
    ['localhost', 'verify-full', false, 4],
    ['localhost', 'verify-ca', false, 4],
    ['localhost', 'require', false, 0],
  ])(
    'at %s with sslmode=%s, with its authority named (%j), gives the exit code %d',
    async (host, mode, isNamed, exit) => {
      const { database } = await startStory();
      const address = `postgres://owner@${host}:${server.port}/postgres?sslmode=${mode}`;
      const { exitCode, stderr } = await runCli(
        ['publish', address, '--publish-schema', 'tls', '--database', database],
        {
          env: { HOME: tempFolder(), ...(isNamed ? { PGSSLROOTCERT: roots } : {}) },
        },
      );
      expect([exitCode, stderr]).toEqual([
        exit,
        exit === 0 ? '' : expect.stringContaining('certificate of the server could not be verified'),
      ]);
    },
  );

  test('is published to after a scheduled run, and its failure is told and does not fail the run', async () => {
    const { database, env, source } = await startStory();
    const nightly = (url: string) =>
      runCli(
        [
          'nightly',
          '--once',
          '--json',
          '--nightly-publish',
          '--publish-schema',
          'nightly',
          '--no-nightly-snapshot',
          '--verify-sample',
          '0',
        ],
        {
          env: { ...env, CLEARINGHOUSE_PUBLISH_URL: url, CLEARINGHOUSE_DATABASE: database },
        },
      );
    expect(await nightly(server.url())).toMatchObject({ exitCode: 0 });
    expect(await one('SELECT run_id::int FROM nightly.mirror_publication')).toBe(2);
    source.edit(1, (record) => ({ ...record, name: 'Newer' }));
    const failed = await nightly('postgres://u:lamp-secret@127.0.0.1:1/d');
    expect([failed.exitCode, failed.stderr]).toEqual([4, expect.stringContaining('PUBLISH_UNREACHABLE')]);
    expect(failed.stderr + failed.stdout).not.toContain('lamp-secret');
    expect(failed.stdout).toContain('"outcome":"complete"');
    const sqlite = openSqlite(database);
    expect(sqlite.prepare('SELECT outcome FROM sync_runs ORDER BY id DESC LIMIT 1').pluck().get()).toBe(
      'complete',
    );
    sqlite.close();
  });
});
