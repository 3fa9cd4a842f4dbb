import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { openSqlite } from '../../src/db/engine.ts';
import { openMirror, openMirrorReadOnly } from '../../src/db/open-mirror.ts';
import { findCase } from '../../src/db/read-case.ts';
import { recordedCases } from '../../fake-api/collection/recorded-cases.ts';
import { makeCase, makeDocket, makeEntry } from '../support/make-case.ts';
import { runCli, spawnCli } from '../support/command-line.ts';
import { SKIPS_BUSY, redactMeanwhile } from '../support/program.ts';
import { shareHistory } from '../support/shared-history.ts';
import { startBytes } from '../support/served-bytes.ts';
import { startHarness, statusOf } from '../support/sync-harness.ts';

const CANARY = 'CanaryOfTheSealedCase';
/** How another case names it. */
const NAMED = 'CanaryOfItsName';
const sealed = makeCase({
  id: 7,
  name: `${CANARY} v. Thimble County`,
  summary: `<p>${CANARY} and a secret</p>`,
  issues: [`${CANARY} issue`],
  main_docket: makeDocket({ docket_entries: [makeEntry({ description: `${CANARY} COMPLAINT` })] }),
});

/** A case that changed, changed back, and left the site, and a second case that names it. */
const share = shareHistory(() => ({
  source: recordedCases([
    sealed,
    makeCase({ id: 8, related_cases: [{ id: 7, name: `${NAMED} v. Thimble County` }] }),
  ]),
  edits: [
    (source) => {
      source.put({ ...sealed, issues: [], main_docket: makeDocket({ docket_entries: [] }) });
    },
    (source) => {
      source.put(sealed);
    },
    (source) => {
      source.remove(7);
    },
  ],
}));

async function start() {
  const harness = await share();
  const { source } = harness.fakeApi;
  const redact = (...args: string[]) => runCli(['redact', ...args, '--database', harness.database]);
  const bytes = () =>
    ['', '-wal', '-shm']
      .map((suffix) => `${harness.database}${suffix}`)
      .filter(existsSync)
      .map((path) => readFileSync(path, 'latin1'))
      .join('');
  return { ...harness, source, redact, bytes };
}

describe('redact', () => {
  test('without --yes says what it would remove, and removes nothing', async () => {
    const { redact, rows } = await start();
    const { exitCode, stdout } = await redact('7');
    expect(exitCode).toBe(0);
    expect(stdout.replaceAll(/\s+/g, ' ')).toContain(
      `This would remove from case 7 (${CANARY} v. Thimble County): its fields, 2 docket entries`,
    );
    expect(stdout).not.toMatch(/\b0 /);
    expect(stdout).toContain('1 other case names it as a related case: there its id would stay');
    expect(stdout).toContain('add --yes');
    expect(rows('SELECT name FROM cases WHERE id = 7')).toEqual([{ name: sealed.name }]);
  });

  test('with --yes leaves no byte of the content in the file, only the id, the runs and their dates', async () => {
    const { redact, rows, bytes } = await start();
    expect(bytes()).toContain(CANARY);
    const { exitCode, stdout } = await redact('7', '--yes');
    expect([exitCode, stdout.replaceAll(/\s+/g, ' ').includes('Run 5 records it.')]).toEqual([0, true]);
    expect(bytes()).not.toContain(CANARY);
    expect(
      rows(
        'SELECT id, name, mirror_payload, mirror_first_run_id, mirror_departed_run_id, mirror_redacted_run_id FROM cases WHERE id = 7',
      ),
    ).toEqual([
      {
        id: 7,
        name: null,
        mirror_payload: '{"id":7}',
        mirror_first_run_id: 1,
        mirror_departed_run_id: 4,
        mirror_redacted_run_id: 5,
      },
    ]);
    for (const table of ['issues', 'docket_entries', 'docket_entry_versions', 'case_versions', 'dockets'])
      expect(rows(`SELECT * FROM ${table} WHERE case_id = 7`)).toEqual([]);
    expect(rows('SELECT run_id, kind FROM change_log WHERE case_id = 7 ORDER BY run_id')).toEqual([
      { run_id: 1, kind: 'appeared' },
      { run_id: 4, kind: 'departed' },
      { run_id: 5, kind: 'redacted' },
    ]);
    expect(rows('SELECT id, outcome, trigger FROM sync_runs WHERE id = 5')).toEqual([
      { id: 5, outcome: 'complete', trigger: 'redact' },
    ]);
    expect(rows('SELECT count(*) AS n FROM issues WHERE case_id = 8')).toEqual([{ n: 2 }]);
  });

  test('is unfinished while another program reads the file, finishes when it is run again, and removes records that were rejected since', async () => {
    const { redact, bytes, database, rows } = await start();
    const reader = openMirrorReadOnly(database);
    reader.sqlite.exec('BEGIN');
    reader.sqlite.prepare('SELECT count(*) FROM cases').get();
    expect(redactMeanwhile(database, '7')).toMatchObject({
      exitCode: 9,
      stderr: expect.stringContaining('REDACTION_UNFINISHED'),
    });
    reader.close();
    expect(bytes()).toContain(CANARY);
    const unfinished = [database, `${database}-wal`].map((path) => ({ path, content: readFileSync(path) }));
    expect((await redact('7')).stdout).toContain('Would finish the redaction of case 7: run 5');
    expect(await redact('7', '--yes')).toMatchObject({
      exitCode: 0,
      stdout: expect.stringContaining('Finished the redaction of case 7, which run 5 began'),
    });
    expect(bytes()).not.toContain(CANARY);

    for (const { path, content } of unfinished) writeFileSync(path, content);
    expect(bytes()).toContain(CANARY);
    const mirror = openMirror(database);
    mirror.sqlite
      .prepare(
        `INSERT INTO rejected_records (fingerprint, why, record, source, position, first_run_id, last_run_id) VALUES ('x', 'id is a text', ?, '/', 0, 1, 1)`,
      )
      .run(`{"id":"7","name":"${CANARY}"}`);
    mirror.close();
    expect((await redact('7', '--yes')).stdout).toContain('1 rejected record');
    expect(rows('SELECT * FROM rejected_records')).toEqual([]);
    expect(bytes()).not.toContain(CANARY);
    expect(rows(`SELECT outcome FROM sync_runs WHERE "trigger" = 'redact'`)).toEqual([
      { outcome: 'complete' },
      { outcome: 'complete' },
    ]);
  });

  test('when it is run again says that nothing is left to remove, and names the run that redacted the case', async () => {
    const { redact, rows } = await start();
    await redact('7', '--yes');
    for (const args of [[], ['--yes'], ['--snapshots', '--yes']]) {
      const { exitCode, stdout } = await redact('7', ...args);
      expect([exitCode, stdout.replaceAll(/\s+/g, ' ')]).toEqual([
        0,
        expect.stringContaining('Nothing is left to remove of case 7 in the mirror: run 5 redacted it.'),
      ]);
      expect(stdout).not.toMatch(/Removed|remove of case 7 \(|add --yes/);
    }
    expect(JSON.parse((await redact('7', '--yes', '--json')).stdout)).toMatchObject({
      run_id: 5,
      changes: 0,
    });
    expect(rows('SELECT max(id) AS id FROM sync_runs')).toEqual([{ id: 5 }]);
  });

  test('is reported as unfinished by status, departed and verify, and finished by the next sync', async () => {
    const { bytes, database, env, sync } = await start();
    const reader = openMirrorReadOnly(database);
    reader.sqlite.exec('BEGIN');
    reader.sqlite.prepare('SELECT count(*) FROM cases').get();
    redactMeanwhile(database, '7');
    const ask = async (...words: string[]) => runCli([...words, '--database', database]);
    const tell = async () => ({
      status: (await ask('status')).stdout.includes('PENDING'),
      departed: (await ask('departed')).stdout.replaceAll(/\s+/g, ' ').includes('NOT finished'),
      verify: (await ask('verify')).exitCode,
    });
    expect(await tell()).toEqual({ status: true, departed: true, verify: 10 });
    expect((await spawnCli(['sync'], { ...env, ...SKIPS_BUSY }).ended).exitCode).toBe(0);
    expect(await tell()).toEqual({ status: true, departed: true, verify: 10 }); // the reader still has the file open
    reader.close();
    expect((await sync()).outcome).toBe('complete');
    expect(await tell()).toEqual({ status: false, departed: false, verify: 0 });
    expect(bytes()).not.toContain(CANARY);
  });

  test('lists the copies that contain the content, and removes it from them with --snapshots', async () => {
    const { redact, database, source, sync } = await start();
    source.put(sealed);
    await sync();
    const folder = dirname(database);
    await runCli(['snapshot', '--database', database], { folder });
    source.remove(7);
    await sync();
    copyFileSync(database, `${database}.replaced-20260101T000000000Z`);
    const holding = () =>
      readdirSync(folder, { recursive: true })
        .map(String)
        .filter((name) => statSync(join(folder, name)).isFile())
        .filter((name) => readFileSync(join(folder, name)).includes(CANARY));
    const { stdout } = await redact('7', '--yes');
    for (const name of ['latest.db', '.db.replaced-20260101T000000000Z']) expect(stdout).toContain(name);
    expect(holding()).toHaveLength(3);
    const again = await redact('7', '--snapshots', '--yes', '--json');
    expect(JSON.parse(again.stdout)).toMatchObject({ run_id: 7, copies_with_content: [] });
    expect(holding()).toEqual([]);
    const latest = join(folder, 'snapshots', 'latest.db');
    expect((await runCli(['verify', '--database', latest])).exitCode).toBe(0);
    expect(await redact('7', '--snapshots')).toMatchObject({ exitCode: 0 });
  });

  test('works on a rejected record that is nested too deep for SQL, and records a dead run as died', async () => {
    const { redact, database, rows } = await start();
    const mirror = openMirror(database);
    const deep = `{"id":"7","a":${'['.repeat(1500)}${']'.repeat(1500)}}`;
    mirror.sqlite
      .prepare(
        `INSERT INTO rejected_records (fingerprint, why, record, source, position, first_run_id, last_run_id) VALUES ('x', 'id is a text', ?, '/', 0, 1, 1)`,
      )
      .run(deep);
    mirror.sqlite.exec(`INSERT INTO sync_runs (outcome, started_at, "trigger", version, api_url, process_id)
      VALUES ('running', '2030-02-01T00:00:00.000Z', 'sync', '0', '', 1)`);
    mirror.close();
    expect((await redact('7', '--yes')).exitCode).toBe(0);
    expect(rows('SELECT * FROM rejected_records')).toEqual([]);
    expect(rows('SELECT outcome FROM sync_runs WHERE id = 5')).toEqual([{ outcome: 'died' }]);
  });

  test('of a file of an earlier version is done for the names in other cases too, by the next sync', async () => {
    const { database, redact, sync, bytes, rows } = await start();
    const [other] = rows(
      'SELECT mirror_payload, mirror_fingerprint, hash FROM cases JOIN mirror_raw_hashes ON case_id = id WHERE id = 8',
    );
    await redact('7', '--yes');
    const mirror = openMirror(database);
    const write = (sql: string) => mirror.sqlite.prepare(sql).run(other ?? {});
    write(
      'UPDATE cases SET mirror_payload = :mirror_payload, mirror_fingerprint = :mirror_fingerprint WHERE id = 8',
    );
    write(`UPDATE related_cases SET name = '${NAMED} v. Thimble County' WHERE case_id = 8`);
    write(
      'INSERT INTO mirror_raw_hashes (case_id, hash, fingerprint) VALUES (8, :hash, :mirror_fingerprint)',
    );
    mirror.close();
    expect(bytes()).toContain(NAMED);
    expect((await sync()).outcome).toBe('complete');
    expect(bytes()).not.toContain(NAMED);
    expect(rows('SELECT outcome FROM sync_runs WHERE id = 5')).toEqual([{ outcome: 'complete' }]);
    expect(rows('SELECT id, name FROM related_cases WHERE case_id = 8')).toEqual([{ id: 7, name: null }]);
    expect(rows('SELECT * FROM case_changes WHERE case_id = 8')).toEqual([]);
    expect(await runCli(['verify', '--database', database])).toMatchObject({ exitCode: 0 });
    const ended = rows('SELECT ended_at FROM sync_runs WHERE id = 5');
    await sync(); // has nothing left to do
    expect(rows('SELECT ended_at FROM sync_runs WHERE id = 5')).toEqual(ended);
  });

  test('gives no new fingerprint to another case whose fingerprint did not fit, so that verify still finds it', async () => {
    const { database, redact, bytes } = await start();
    const mirror = openMirror(database);
    mirror.sqlite.exec(`UPDATE cases SET mirror_fingerprint = 'f' WHERE id = 8`);
    mirror.close();
    expect((await redact('7', '--yes')).exitCode).toBe(0);
    expect(bytes()).not.toContain(NAMED);
    const found = await runCli(['verify', '--database', database]);
    expect([found.exitCode, found.stdout.includes('fingerprint')]).toEqual([10, true]);
  });

  test('keeps the runs in which the case departed and came back', async () => {
    const { redact, source, sync, database } = await start();
    source.put(sealed);
    await sync();
    source.remove(7);
    await sync();
    await redact('7', '--yes');
    const departedAsOf = async (run: number): Promise<string> =>
      (
        await runCli([
          'query',
          'SELECT id FROM departed_cases',
          '--as-of',
          String(run),
          '--format',
          'json',
          '--database',
          database,
        ])
      ).stdout;
    expect(JSON.parse(await departedAsOf(4))).toEqual([{ id: 7 }]);
    expect(JSON.parse(await departedAsOf(5))).toEqual([]);
    expect(JSON.parse(await departedAsOf(6))).toEqual([{ id: 7 }]);
  });

  test('names the exports that may hold the content, also one that was killed, and changes none', async () => {
    const { redact, database } = await start();
    const folder = dirname(database);
    await runCli(['export', 'finished', '--tables', 'runs', '--database', database], { folder });
    const killed = join(folder, '.killed.0123456789abcdef.partial');
    mkdirSync(killed);
    mkdirSync(join(folder, 'something else'));
    const { stdout } = await redact('7', '--yes');
    expect(stdout).toContain(`  ${join(folder, 'finished')} (export, `);
    expect(stdout).toContain(
      `    clearinghouse-mirror export ${join(folder, 'finished')} --format csv --tables runs`,
    );
    expect(stdout).toContain(`  ${killed} (an export that was not finished)\n`);
    expect(stdout).not.toContain('something else');
    expect(readdirSync(folder)).toEqual(
      expect.arrayContaining(['finished', '.killed.0123456789abcdef.partial']),
    );
    const { exports } = JSON.parse((await redact('7', '--json')).stdout) as { exports: object[] };
    expect(exports).toContainEqual({ path: killed, unfinished: true });
  });

  test('prints what it did as JSON', async () => {
    const { redact } = await start();
    expect(JSON.parse((await redact('7', '--yes', '--json')).stdout)).toEqual({
      case_id: 7,
      run_id: 5,
      redacted: true,
      docket_entries: 2,
      changes: 2, // of three: its departure stays
      rejected_records: 0,
      files: 0,
      named_by_other_cases: 1,
      copies_redacted: [],
      copies_with_content: [],
      exports: [],
      exports_on_record: [],
      not_searched: [],
    });
  });

  test('names the tables and views that the user added, because it does not search them', async () => {
    const { redact, database } = await start();
    const sqlite = openSqlite(database);
    sqlite.exec('CREATE TABLE my_notes (case_id, note); CREATE VIEW my_cases AS SELECT id FROM cases');
    sqlite.close();
    const said =
      'Not searched, because you added them to the file: 1 table (my_notes) and 1 view (my_cases). If they hold content of the case, remove it there yourself.';
    for (const args of [['7'], ['7', '--yes']])
      expect((await redact(...args)).stdout.replaceAll(/\s+/g, ' ')).toContain(said);
    expect(JSON.parse((await redact('7', '--json')).stdout)).toMatchObject({
      not_searched: [
        { type: 'table', name: 'my_notes' },
        { type: 'view', name: 'my_cases' },
      ],
    });
  });

  test('allows a case that the site publishes again to come back, with its history from then on', async () => {
    const { redact, source, sync, read, rows } = await start();
    await redact('7', '--yes');
    source.put({ ...sealed, name: 'Published again' });
    expect(await sync()).toMatchObject({ outcome: 'complete', departures: { cases_returned: 1 } });
    expect(read((mirror) => findCase(mirror, 7).payload)).toEqual({ ...sealed, name: 'Published again' });
    expect(
      rows(`SELECT old_value, new_value FROM case_changes WHERE case_id = 7 AND field = 'name'`),
    ).toEqual([{ old_value: null, new_value: '"Published again"' }]);
  });

  test('rejects a case that is on the site, an unknown case, and an id that is not a number', async () => {
    const { redact } = await start();
    expect(await redact('8', '--yes')).toMatchObject({
      exitCode: 2,
      stderr: expect.stringContaining('CASE_NOT_DEPARTED'),
    });
    expect(await redact('99', '--yes')).toMatchObject({
      exitCode: 2,
      stderr: expect.stringContaining('CASE_NOT_MIRRORED'),
    });
    expect(await redact('seven')).toMatchObject({ exitCode: 2 });
  });
});

describe('a case whose every record was rejected', () => {
  const whole = JSON.stringify({ ...sealed, id: 77, case_ongoing: 'Yes' });
  const broken = whole.replace('"name":', `"${CANARY}":NaN,"name":`);
  const other = JSON.stringify(makeCase({ id: 8, case_ongoing: 'Yes' }));
  const page = (...records: string[]) =>
    Buffer.from(`{"count":${records.length},"next":null,"previous":null,"results":[${records.join(',')}]}`);

  async function startRejected() {
    const harness = await startBytes(page(other, broken));
    const { sync, database } = harness;
    const syncAll = () => sync({ lists: [statusOf(5021)], settings: { maxAttempts: '1' } });
    await syncAll();
    const redact = (...args: string[]) => runCli(['redact', ...args, '--database', database]);
    const holdsBytes = () =>
      ['', '-wal'].some((ending) =>
        existsSync(`${database}${ending}`) ? readFileSync(`${database}${ending}`).includes(CANARY) : false,
      );
    return { ...harness, syncAll, redact, holdsBytes };
  }

  test('can be redacted while it is on the site: its records go, and its id stays', async () => {
    const { redact, rows, holdsBytes, database } = await startRejected();
    expect(holdsBytes()).toBe(true);
    expect((await redact('77')).stdout.replaceAll(/\s+/g, ' ')).toContain(
      'This would remove from case 77 (no name): 1 rejected record, the only trace of it; its id stays.',
    );
    expect(rows('SELECT case_id FROM rejected_records')).toEqual([{ case_id: 77 }]);
    expect(JSON.parse((await redact('77', '--yes', '--json')).stdout)).toMatchObject({
      case_id: 77,
      redacted: true,
      rejected_records: 1,
    });
    expect(rows('SELECT * FROM rejected_records')).toEqual([]);
    expect(rows('SELECT id, name, mirror_payload FROM cases WHERE id = 77')).toEqual([
      { id: 77, name: null, mirror_payload: '{"id":77}' },
    ]);
    expect(holdsBytes()).toBe(false);
    expect((await runCli(['verify', '--database', database])).exitCode).toBe(0);
    const shown = (await runCli(['case', '77', '--database', database])).stdout;
    expect(shown).toContain('its content was removed on request');
    expect(shown).not.toContain('gone from the site');
    expect((await redact('77', '--yes')).stdout).toContain('Nothing is left to remove of case 77');
  });

  test('stays redacted when the site serves it again, valid or not, in every list and twice on a page', async () => {
    const { redact, rows, holdsBytes, database, serve, syncAll } = await startRejected();
    await redact('77', '--yes');
    const bare = rows('SELECT * FROM cases WHERE id = 77');
    const odd = whole.replace('"name":', `"${CANARY}":0.1000000000000000055511151231257827,"name":`);
    for (const body of [
      page(other, broken),
      page(other, whole),
      page(whole, other, whole),
      page(odd, other),
    ]) {
      serve(body);
      await syncAll();
      expect(rows('SELECT * FROM cases WHERE id = 77')).toEqual(bare);
      for (const table of ['rejected_records', 'case_changes', 'docket_entries', 'mirror_raw_hashes'])
        expect(rows(`SELECT * FROM ${table} WHERE case_id = 77`)).toEqual([]);
      expect(rows(`SELECT * FROM schema_drift WHERE field LIKE '%Canary%'`)).toEqual([]);
      expect(holdsBytes()).toBe(false);
      expect((await runCli(['verify', '--database', database])).stdout).not.toContain('77');
    }
    expect(rows(`SELECT outcome FROM list_syncs ORDER BY run_id DESC LIMIT 3`)).toEqual([
      { outcome: 'complete' },
      { outcome: 'partial' },
      { outcome: 'complete' },
    ]);
  });

  test('is removed from snapshots too', async () => {
    const { redact, database, holdsBytes } = await startRejected();
    const folder = dirname(database);
    const taken = await runCli(['snapshot', '--database', database], { folder });
    expect(taken.stderr).toBe('');
    const [name = ''] = readdirSync(join(folder, 'snapshots'));
    const copy = join(folder, 'snapshots', name);
    expect(readFileSync(copy).includes(CANARY)).toBe(true);
    expect((await redact('77', '--yes')).stdout).toContain(name);
    await redact('77', '--snapshots', '--yes');
    expect([readFileSync(copy).includes(CANARY), holdsBytes()]).toEqual([false, false]);
    expect((await runCli(['verify', '--database', copy])).exitCode).toBe(0);
  });
});

describe('coverage', () => {
  test('says how many cases the site has and how many are in none of the five lists', async () => {
    const source = recordedCases([
      makeCase({ id: 1 }),
      makeCase({ id: 2, case_ongoing: null, case_status: 'In Process (Public)' }),
    ]);
    const { sync, database } = await startHarness({ source });
    await sync();
    const { exitCode, stdout } = await runCli(['coverage', '--database', database], {
      env: { COLUMNS: '120' },
    });
    expect(exitCode).toBe(0);
    expect(stdout).toContain(
      'Coverage: the site has 2 cases. Under one of the five lists: 1; under none: 1. The mirror is missing 1 of them.',
    );
    const json = JSON.parse(
      (await runCli(['coverage', '--format', 'json', '--database', database])).stdout,
    ) as object[];
    expect(json).toMatchObject([
      { run_id: 1, outcome: 'measured', count_all: 2, without_ongoing_status: 1, not_mirrored: 1 },
    ]);
  });

  test('fails with a hint if no run has measured it', async () => {
    const { read, database, sync } = await startHarness({ source: recordedCases([makeCase()]) });
    await sync({ dryRun: true });
    openMirror(database).close();
    expect(read(({ path }) => path)).toBe(database);
    expect(await runCli(['coverage', '--database', database])).toMatchObject({
      exitCode: 2,
      stderr: expect.stringContaining('COVERAGE_UNKNOWN'),
    });
  });
});
