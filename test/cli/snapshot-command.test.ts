import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { takeSnapshot } from '../../src/backup/snapshot.ts';
import { runCli } from '../support/command-line.ts';
import { smallCollection } from '../support/small-collection.ts';
import { shareHistory } from '../support/shared-history.ts';
import { fakeRuntime } from '../support/runtime.ts';
import { tempFolder } from '../support/temp-folder.ts';

const share = shareHistory(() => ({ source: smallCollection(10) }));

async function start() {
  const harness = await share();
  const folder = dirname(harness.database);
  const run = (time: string, ...args: readonly string[]) =>
    runCli([...args, '--database', harness.database], {
      folder,
      runtime: fakeRuntime({ start: time }),
    });
  return { ...harness, source: harness.fakeApi.source, folder, run };
}

describe('snapshot', () => {
  test('writes a snapshot to the folder beside the database, names it, and lists all', async () => {
    const { run, folder } = await start();
    const { exitCode, stdout } = await run('2026-11-23T03:17:00Z', 'snapshot');
    const path = join(folder, 'snapshots', 'mirror-20261123T031700Z.db');
    expect([exitCode, stdout]).toEqual([0, expect.stringContaining(`${path}: `)]);
    const json = JSON.parse((await run('2026-11-24T03:17:00Z', 'snapshot', '--json')).stdout) as object;
    expect(json).toMatchObject({ taken_at: '2026-11-24T03:17:00.000Z', removed: [] });
    const list = await run('2026-11-24T04:00:00Z', 'snapshot', '--list');
    expect(list.stdout).toContain('2 snapshots');
    expect(list.stdout.indexOf('2026-11-24')).toBeLessThan(list.stdout.indexOf('2026-11-23'));
    const listed = await run('2026-11-24T04:00:00Z', 'snapshot', '--list', '--json');
    expect(listed.stdout.split('\n').filter(Boolean)).toHaveLength(2);
  });

  test('never removes a snapshot that was taken by hand, whatever the --keep flags say', async () => {
    const { run, folder } = await start();
    const few = ['--keep-daily', '1', '--keep-weekly', '0', '--keep-monthly', '0'];
    await run('2026-11-23T03:17:00Z', 'snapshot', ...few);
    const { stdout } = await run('2026-11-24T03:17:00Z', 'snapshot', ...few);
    expect(stdout).not.toContain('removed');
    expect(readdirSync(join(folder, 'snapshots')).sort()).toEqual([
      'latest.db',
      'mirror-20261123T031700Z.db',
      'mirror-20261124T031700Z.db',
    ]);
  });

  test('removes scheduled snapshots that a --keep flag does not keep, and says so', async () => {
    const { run, database, folder } = await start();
    for (const day of ['22', '23'])
      await takeSnapshot({
        database,
        to: { folder: join(folder, 'snapshots') },
        takenAt: new Date(`2026-11-${day}T03:17:00Z`),
        takenBy: 'schedule',
        signal: new AbortController().signal,
      });
    expect((await run('2026-11-24T03:17:00Z', 'snapshot')).stdout).not.toContain('removed');
    const few = ['--keep-daily', '1', '--keep-weekly', '0', '--keep-monthly', '0'];
    const { stdout: said } = await run('2026-11-24T05:17:00Z', 'snapshot', ...few);
    expect(said).toMatch(/^removed .*mirror-20261122T031700Z\.db$/m);
    expect(said).not.toContain('20261123');
  });

  test('lists a long name in full, with the trigger and the contents of the snapshot', async () => {
    const { database, folder } = await start();
    const name = `${'a-very-long-name-of-a-mirror-'.repeat(4)}.db`;
    copyFileSync(database, join(folder, name));
    const run = (...args: readonly string[]) =>
      runCli([...args, '--database', join(folder, name)], { folder });
    await run('snapshot');
    const { stdout } = await run('snapshot', '--list');
    const [file] = readdirSync(join(folder, 'snapshots')).filter((one) => one !== 'latest.db');
    expect(stdout.split(/\s+/)).toContain(file);
    expect(stdout).toMatch(/^by +hand$/m);
    expect(stdout).toMatch(/^holds +all lists$/m);
    const restored = await run('restore', String(file), '--yes');
    expect([restored.exitCode, restored.stdout]).toEqual([
      0,
      expect.stringContaining('10 cases, up to run 1'),
    ]);
  });

  test('writes to a file of any name, and never overwrites one', async () => {
    const { run, folder } = await start();
    expect((await run('2026-11-24T03:17:00Z', 'snapshot', '--to', 'copies/of-it.db')).stderr).toContain(
      'there is no folder',
    );
    mkdirSync(join(folder, 'copies'));
    const { exitCode, stdout } = await run('2026-11-24T03:17:00Z', 'snapshot', '--to', 'copies/of-it.db');
    const path = join(folder, 'copies', 'of-it.db');
    expect([exitCode, stdout]).toEqual([0, expect.stringContaining(`${path}: `)]);
    expect(readdirSync(join(folder, 'copies'))).toEqual(['of-it.db']);
    const before = readFileSync(path);
    const again = await run('2026-11-24T03:17:00Z', 'snapshot', '--to', 'copies/of-it.db');
    expect([again.exitCode, again.stderr]).toEqual([9, expect.stringContaining('[SNAPSHOT_EXISTS]')]);
    expect(readFileSync(path)).toEqual(before);
  });

  test('writes the state after an earlier run as a separate mirror', async () => {
    const { run, source, sync, folder } = await start();
    source.advance({ changed: 5, removed: 2, inserted: 3 });
    await sync();
    const { exitCode, stdout } = await run(
      '2026-11-24T03:17:00Z',
      'snapshot',
      '--as-of',
      '1',
      '--to',
      'old.db',
    );
    expect([exitCode, stdout]).toEqual([0, expect.stringContaining('the state after run 1')]);
    const old = join(folder, 'old.db');
    const ask = await runCli(['query', 'SELECT count(*) AS n FROM cases', '--json', '--database', old]);
    expect(JSON.parse(ask.stdout)).toEqual({ n: 10 });
    expect((await runCli(['verify', '--database', old])).exitCode).toBe(0);
    expect((await run('2026-11-24T03:17:00Z', 'snapshot', '--as-of', '9')).exitCode).toBe(2);
    expect((await run('2026-11-24T03:17:00Z', 'snapshot', '--as-of', 'x')).exitCode).toBe(2);
    const moments = [
      ['2030-01-15', 2],
      ['2030-01', 2],
      ['yesterday', 2],
      ['run 1', 1],
    ] as const;
    for (const [moment, as_of_run] of moments) {
      const to = join(folder, `${moment}.db`);
      const taken = await run('2030-01-16T20:00:00Z', 'snapshot', '--as-of', moment, '--to', to, '--json');
      expect([taken.stderr, JSON.parse(taken.stdout)]).toEqual(['', expect.objectContaining({ as_of_run })]);
    }
    const early = await run('2030-01-16T20:00:00Z', 'snapshot', '--as-of', '2030-01-14');
    expect(early.stderr).toContain('has no state of that time');
  });

  test('lists no snapshots if there are none, and fails without a mirror', async () => {
    const { run, folder } = await start();
    expect((await run('2026-11-24T03:17:00Z', 'snapshot', '--list')).stdout).toContain(
      `There is no snapshot: there is no folder ${join(folder, 'snapshots')}.`,
    );
    const none = await runCli(['snapshot', '--database', join(folder, 'none.db')], { folder });
    expect([none.exitCode, none.stderr]).toEqual([9, expect.stringContaining('[DATABASE_MISSING]')]);
  });

  test.each([
    ['--keep-daily', '-1'],
    ['--keep-weekly', 'all'],
    ['--keep-monthly', '1.5'],
  ])('rejects %s %s', async (flag, value) => {
    const { run } = await start();
    expect((await run('2026-11-24T03:17:00Z', 'snapshot', flag, value)).exitCode).toBe(2);
  });
});

describe('restore', () => {
  test('says what it would do, and does it only with --yes', async () => {
    const { run, sync, rows, folder } = await start();
    await run('2026-11-23T03:17:00Z', 'snapshot');
    await sync();
    const snapshot = join('snapshots', 'mirror-20261123T031700Z.db');
    const would = await run('2026-11-24T03:17:00Z', 'restore', snapshot);
    expect([would.exitCode, would.stdout]).toEqual([0, expect.stringContaining('Nothing was done.')]);
    expect(would.stdout).toContain('10 cases, up to run 1');
    expect(rows('SELECT count(*) AS n FROM sync_runs')).toEqual([{ n: 2 }]);
    const done = await run('2026-11-24T03:17:00Z', 'restore', snapshot, '--yes', '--json');
    const { replaced } = JSON.parse(done.stdout) as { replaced: string };
    expect(existsSync(replaced)).toBe(true);
    expect(rows('SELECT count(*) AS n FROM sync_runs')).toEqual([{ n: 1 }]);
    expect(readdirSync(folder).filter((name) => name.includes('restoring'))).toEqual([]);
  });

  test('says that exports and redactions since are not known if the mirror cannot be read', async () => {
    const { run, database } = await start();
    await run('2026-11-23T03:17:00Z', 'snapshot');
    const snapshot = join('snapshots', 'mirror-20261123T031700Z.db');
    const restore = (...args: string[]) => run('2026-11-24T03:17:00Z', 'restore', snapshot, '--yes', ...args);
    expect(JSON.parse((await restore('--json')).stdout)).toMatchObject({ past_unknown: false });
    writeFileSync(database, 'damaged');
    const { exitCode, stdout } = await restore();
    expect([exitCode, stdout]).toEqual([
      0,
      expect.stringMatching(/so exports and redactions since the snapshot are not known/),
    ]);
  });

  test.each(['none.db', 'snapshots', '.'])('rejects %s', async (file) => {
    const { run } = await start();
    await run('2026-11-23T03:17:00Z', 'snapshot');
    expect((await run('2026-11-24T03:17:00Z', 'restore', file, '--yes')).exitCode).toBe(9);
  });
});

test('snapshot --list distinguishes a folder without snapshots from a missing folder, even with --json', async () => {
  const folder = tempFolder();
  const list = (...args: string[]) => runCli(['snapshot', '--list', ...args], { folder });
  expect((await list('--snapshots', '.')).stdout).toBe(`There is no snapshot in ${folder}.\n`);
  const none = `There is no snapshot: there is no folder ${join(folder, 'nope')}.\n`;
  expect(await list('--snapshots', 'nope')).toMatchObject({ exitCode: 0, stdout: none, stderr: '' });
  expect(await list('--snapshots', 'nope', '--json')).toMatchObject({ stdout: '', stderr: none });
});
