import { readFileSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { restoreSnapshot } from '../../src/backup/restore.ts';
import { takeSnapshot } from '../../src/backup/snapshot.ts';
import { closing, openSqlite } from '../../src/db/engine.ts';
import { recordPlace } from '../../src/db/exports.ts';
import { toBucketPlace } from '../../src/export/upload/address.ts';
import { findServer, toPublishedPlace } from '../../src/publish/address.ts';
import { startCommand, startLimitedCommand } from '../crash/run-command.ts';
import { runCli } from '../support/command-line.ts';
import { tempFolder } from '../support/temp-folder.ts';
import { type ExportHarness, startExport } from './export-harness.ts';
import { startS3 } from './s3-server.ts';

interface Place {
  readonly place: string;
  readonly command: string;
  readonly found: boolean;
}

describe('where the mirror was exported', () => {
  let harness: ExportHarness;
  let server: Awaited<ReturnType<typeof startS3>>;
  const KEYS = { AWS_ACCESS_KEY_ID: 'an-id', AWS_SECRET_ACCESS_KEY: 'a-secret' };
  let elsewhere: string;
  const run = async (...args: readonly string[]): Promise<string> => {
    const { exitCode, stdout, stderr } = await harness.run(args, {
      env: { AWS_ENDPOINT_URL: server.url.replace('//', '//login:pass@') },
    });
    if (exitCode !== 0) throw new Error(stderr);
    return stdout;
  };
  const at = (name: string): string => join(elsewhere, name);
  const readJson = async (...args: readonly string[]): Promise<Record<string, unknown>> =>
    JSON.parse(await run(...args, '--json')) as Record<string, unknown>;
  const listOutdated = async (): Promise<Place[]> =>
    ((await readJson('status')).exports_before_redaction as Place[]).filter(({ found }) => found);
  const toPlaces = (places: readonly Place[]): string[] =>
    places
      .filter(({ found }) => found)
      .map(({ place }) => place)
      .sort();

  beforeEach(async () => {
    harness = await startExport();
    elsewhere = tempFolder();
    // What other tests wrote past the program has no seal.
    harness.write('DELETE FROM mirror_moved_cases; DELETE FROM rejected_records');
    server = await startS3();
    Object.assign(process.env, KEYS);
  });
  afterEach(() => {
    server.close();
    for (const name of Object.keys(KEYS)) Reflect.deleteProperty(process.env, name);
  });

  test('is on record, named by a redaction with the command that replaces it, and forgotten when it is replaced', async () => {
    await run('export', at('it is'), '--tables', 'cases', '--filed', '1900..2100', '--without-texts');
    await run('release', at('release'), '--format', 'csv');
    const delta = ['--format', 'delta', '--to', 's3://research/delta'];
    await run('export', at('delta'), '--tables', 'runs', ...delta);
    await run('export', at('csv'), '--tables', 'runs', '--to', 's3://research/csv');
    const folder =
      [...server.objects.keys()].map((key) => /^csv\/(run-[^/]+)\//.exec(key)?.[1]).find(Boolean) ?? '';
    const all = [
      at('csv'),
      at('delta'),
      at('it is'),
      at('release'),
      `s3://research/csv/${folder} on ${server.url}`,
      `s3://research/delta/ on ${server.url}`,
    ];
    expect(await listOutdated()).toEqual([]);
    const id = String(harness.rows('SELECT min(id) AS id FROM clean_documents')[0]?.id);
    const redacted = await readJson('redact', '--document', id, '--yes');
    expect(toPlaces(redacted.exports_on_record as Place[])).toEqual(all.sort());
    expect(JSON.stringify(redacted)).not.toMatch(/login|pass@|a-secret/);
    const outdated = await listOutdated();
    expect(toPlaces(outdated)).toEqual(all);
    expect((await harness.run(['doctor'])).stdout.replaceAll(/\s+/g, ' ')).toContain(
      '6 exports may have what was redacted since',
    );
    const text = await run('status');
    expect(text.replaceAll(/\s+/g, ' ')).toMatch(
      /redact --removed 'PLACE'.*bucket with versioning keeps earlier versions/,
    );
    const commands = outdated.map(({ command }) => command);
    expect(commands.filter((command) => !text.includes(command))).toEqual([]);
    expect(commands).toContain(
      `clearinghouse-mirror export '${at('it is')}' --format csv --tables cases --filed 1900..2100 --without-texts`,
    );
    expect(commands).toContain(
      `aws s3 rm --recursive s3://research/csv/${folder} --endpoint-url ${server.url}`,
    );

    // As a user would type each.
    for (const command of commands.filter((one) => one.startsWith('clearinghouse-mirror')))
      await run(
        ...[...command.matchAll(/'([^']*)'|(\S+)/g)]
          .map(([, quoted, plain]) => quoted ?? plain ?? '')
          .slice(1),
      );
    expect(toPlaces(await listOutdated())).toEqual([`s3://research/csv/${folder} on ${server.url}`]);
    await run('redact', '--removed', `s3://research/csv/${folder} on ${server.url}`);
    expect(await listOutdated()).toEqual([]);
    expect(await run('status')).not.toContain('redacted since');
    await expect(run('redact', '--removed', at('nothing'))).rejects.toThrow(
      /is not on record.*On record: .*csv/s,
    );
    await expect(run('redact', '--removed', at('csv'))).rejects.toThrow(/csv is still there\..*Delete it/s);
    rmSync(at('csv'), { recursive: true });
    expect(await run('redact', '--removed', at('csv'))).toContain('off the record');
    const unseen = at('line\u2028break');
    const place = { place: unseen, kind: 'export', command: 'x', runId: 1, keepsEarlier: false } as const;
    expect(recordPlace(harness.database, place, new Date('2030-01-01'))).toBeNull();
    await expect(run('redact', '--removed', at('nothing'))).rejects.toThrow(
      String.raw`$'${at('line')}\342\200\250break'`,
    );
    expect(await run('redact', '--removed', unseen)).toContain('off the record');
    expect(await run('verify')).toMatch(/./);
  });

  test('is on record before content is written beside it, and stays so if the export dies, not if it fails', async () => {
    const words = ['export', at('x'), '--tables', 'documents'];
    const env = { CLEARINGHOUSE_DATABASE: harness.database };
    // Before the first file is synced, all are written.
    const crash = { CRASH_AT: 'before fsync', CRASH_OCCURRENCE: '1' };
    expect((await startCommand(words, { ...env, ...crash }).ended).signal).toBe('SIGKILL');
    const [left] = readdirSync(elsewhere).filter((name) => name.endsWith('.partial'));
    const id = String(harness.rows('SELECT min(id) AS id FROM clean_documents')[0]?.id);
    expect(await run('redact', '--document', id, '--yes')).toContain(at(left ?? '?'));
    expect(await run('status')).toContain(at(left ?? '?'));
    await run(...words);
    expect([readdirSync(elsewhere), await listOutdated()]).toEqual([['x'], []]);
    rmSync(at('x'), { recursive: true });
    await run('redact', '--removed', at('x'));

    const failed = await startLimitedCommand(48, ['export', at('x')], env).ended;
    expect(failed.stderr).toMatch(/^(?!.*not on record).*EXPORT_FAILED/s);
    const ofX = harness.rows(`SELECT place FROM mirror_exports WHERE place = '${at('x')}'`);
    expect([readdirSync(elsewhere), ofX]).toEqual([[], []]);
  });

  test('stays on record with what a copy that died left in a bucket, until --forget removes it', async () => {
    const copy = [
      'export',
      at('o1'),
      '--tables',
      'documents',
      '--format',
      'delta',
      '--to',
      's3://research/o',
    ];
    server.refuse(/_delta_log/);
    await expect(run(...copy)).rejects.toThrow('UPLOAD_FAILED');
    const left = [...server.objects.keys()];
    expect(left).toEqual([expect.stringMatching(/parquet$/)]);
    server.refuse(/^$/);
    const id = String(harness.rows('SELECT min(id) AS id FROM clean_documents')[0]?.id);
    await run('redact', '--document', id, '--yes');
    rmSync(at('o1'), { recursive: true });
    await run(...copy);
    expect([...server.objects.keys()]).toEqual(expect.arrayContaining(left));
    expect(toPlaces(await listOutdated())).toEqual([`s3://research/o/ on ${server.url}`]);
    await run(...copy, '--forget');
    expect(await listOutdated()).toEqual([]);
  });

  test('is not named beside the mirror if it was written since, or if it is of another mirror', async () => {
    const near = (name: string): string => join(dirname(harness.database), name);
    await run('export', near('by-hand'), '--tables', 'runs');
    for (const name of ['other', 'older']) await run('export', near(name), '--tables', 'runs');
    const id = String(harness.rows('SELECT min(id) AS id FROM clean_documents')[0]?.id);
    await run('redact', '--document', id, '--yes');
    await run('export', near('since'), '--tables', 'runs');
    harness.write("DELETE FROM mirror_exports WHERE place NOT LIKE '%since'");
    const manifest = JSON.parse(readFileSync(join(near('other'), 'manifest.json'), 'utf8')) as object;
    // An earlier version named only the address of the API.
    for (const [name, change] of [
      ['other', { mirror: '0'.repeat(32) }],
      ['older', { mirror: undefined, source: 'http://127.0.0.1:1/' }],
    ] as const)
      writeFileSync(join(near(name), 'manifest.json'), JSON.stringify({ ...manifest, ...change }));
    const { exports } = await readJson('redact', '--document', id);
    expect(exports).toEqual([{ path: near('by-hand'), unfinished: false }]);
    expect(await run('redact', '--document', id)).toContain(near('by-hand'));
  });

  test('stays on record with all that Delta tables keep, when a folder is moved away, and when a snapshot is restored', async () => {
    await run('export', at('kept'), '--tables', 'runs', '--format', 'delta', '--as-of', '1');
    const id = String(harness.rows('SELECT min(id) AS id FROM clean_documents')[0]?.id);
    const { path } = await takeSnapshot({
      database: harness.database,
      to: { folder: tempFolder() },
      takenAt: new Date('2030-01-01'),
      takenBy: 'hand',
      signal: new AbortController().signal,
    });
    await run('redact', '--document', id, '--yes');
    await run('export', at('kept'), '--tables', 'runs', '--format', 'delta', '--as-of', '4');
    await run('export', at('later'), '--tables', 'runs');
    expect(toPlaces(await listOutdated())).toContain(at('kept'));
    expect(toPlaces(await listOutdated())).not.toContain(at('later'));
    renameSync(at('kept'), at('moved'));
    expect((await run('redact', '--document', id)).replaceAll(/\s+/g, ' ')).toMatch(
      /on record, and not found now.*not mounted.*\/kept/,
    );
    const read = await runCli(['export', at('of-snapshot'), '--tables', 'runs', '--database', path]);
    expect([read.exitCode, read.stderr]).toEqual([0, expect.stringMatching(/not on record.*is a snapshot/)]);

    renameSync(at('moved'), at('kept'));
    await restoreSnapshot(path, harness.database, new Date('2030-01-02'), new AbortController().signal);
    expect(harness.rows(`SELECT oldest_run_id FROM mirror_exports WHERE place = '${at('later')}'`)).toEqual([
      { oldest_run_id: 0 },
    ]);
    await run('export', at('restored'), '--tables', 'runs');
    expect(harness.rows(`SELECT kind FROM mirror_exports WHERE place = '${at('restored')}'`)).toEqual([
      { kind: 'export' },
    ]);
    await run('redact', '--document', id, '--yes');
    expect(toPlaces(await listOutdated())).toEqual(expect.arrayContaining([at('kept'), at('later')]));
    await run('export', at('later'), '--tables', 'runs');
    expect(toPlaces(await listOutdated())).not.toContain(at('later'));
  });

  test('is not on record where another connection keeps writers out, and the reason is returned', () => {
    const place = {
      place: at('held'),
      kind: 'export',
      command: 'export',
      runId: 1,
      keepsEarlier: false,
    } as const;
    const now = new Date('2030-01-01');
    closing(openSqlite(harness.database), (writer) => {
      writer.exec('BEGIN IMMEDIATE');
      expect(recordPlace(harness.database, place, now, 1)).toContain('database is locked');
    });
    const isOnRecord = () =>
      harness.rows(`SELECT 1 FROM mirror_exports WHERE place = '${place.place}'`).length > 0;
    closing(openSqlite(harness.database), (reader) => {
      reader.pragma('journal_mode = DELETE');
      reader.exec('BEGIN');
      reader.prepare('SELECT count(*) FROM cases').get();
      expect(recordPlace(harness.database, place, now)).toContain('has no write-ahead log');
      reader.exec('COMMIT');
      reader.pragma('journal_mode = WAL');
    });
    expect(isOnRecord()).toBe(false);
    expect(recordPlace(harness.database, place, now)).toBeNull();
    expect(isOnRecord()).toBe(true);
  });
});

test('a server is a place without its password and its user', () => {
  const selection = { schema: 'public', withoutTexts: true };
  const server = {
    host: 'db.example.org',
    port: 5432,
    user: 'lo@der',
    database: 'research',
    recordedOptions: {},
  };
  expect(toPublishedPlace(server, selection, 7)).toMatchObject({
    place: 'postgres://db.example.org:5432/research schema public',
    command:
      'clearinghouse-mirror publish postgres://lo%40der@db.example.org:5432/research --publish-schema public --no-publish-texts',
  });
  expect(toPublishedPlace({ ...server, host: '/run/postgresql' }, selection, 7).place).toBe(
    'postgres://:5432/research?host=%2Frun%2Fpostgresql schema public',
  );
});

test('the command that publishes again has what the address says besides, and no secret', () => {
  const text =
    'postgres://loader:secret@db.example.org/research?sslmode=verify-ca&sslrootcert=package.json&application_name=x';
  const server = findServer({ text: `${text}&password=other`, from: 'The address' }, { HOME: '/' });
  const { place, command } = toPublishedPlace(server, { schema: 'public', withoutTexts: false }, 7);
  expect(place).toBe('postgres://db.example.org:5432/research schema public');
  expect(command).toBe(
    `clearinghouse-mirror publish 'postgres://loader@db.example.org:5432/research?sslmode=verify-ca&sslrootcert=${encodeURIComponent(resolve('package.json'))}' --publish-schema public`,
  );
});

test('a bucket is a place with the path of its server, and without a user, a password or a query', () => {
  const toPlaceOn = (url: string) =>
    toBucketPlace(
      { bucket: 'research', prefix: 'o/' },
      { folder: 'run-1', keepsEarlier: false },
      { command: 'again', runId: 7, env: { AWS_ENDPOINT_URL: url } },
    );
  expect(toPlaceOn('https://login:pass@s3.example.org:9000/tenant-a/?key=secret')).toMatchObject({
    place: 's3://research/o/run-1 on https://s3.example.org:9000/tenant-a',
    command:
      'aws s3 rm --recursive s3://research/o/run-1 --endpoint-url https://s3.example.org:9000/tenant-a',
  });
  expect(toPlaceOn('http://s3.example.org/').place).toBe('s3://research/o/run-1 on http://s3.example.org');
});
