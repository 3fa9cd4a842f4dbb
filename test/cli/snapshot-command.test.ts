import { existsSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { runCli } from '../support/command-line.ts';
import { smallCollection } from '../support/small-collection.ts';
import { startHarness } from '../support/sync-harness.ts';
import { fakeSurroundings } from '../support/surroundings.ts';

async function start() {
  const harness = await startHarness({ source: smallCollection(10) });
  await harness.sync();
  const folder = dirname(harness.database);
  const run = (time: string, ...args: readonly string[]) =>
    runCli([...args, '--database', harness.database], {
      folder,
      surroundings: fakeSurroundings({ start: time }),
    });
  return { ...harness, folder, run };
}

describe('snapshot', () => {
  test('takes one into the folder beside the database, says which, and lists them', async () => {
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
    expect(JSON.parse(listed.stdout)).toHaveLength(2);
  });

  test('removes what is not to be kept, and says so', async () => {
    const { run } = await start();
    const few = ['--keep-daily', '1', '--keep-weekly', '0', '--keep-monthly', '0'];
    await run('2026-11-23T03:17:00Z', 'snapshot', ...few);
    const { stdout } = await run('2026-11-24T03:17:00Z', 'snapshot', ...few);
    expect(stdout).toMatch(/^removed .*mirror-20261123T031700Z\.db$/m);
  });

  test('lists none where there is none, and fails where there is no mirror', async () => {
    const { run, folder } = await start();
    expect((await run('2026-11-24T03:17:00Z', 'snapshot', '--list')).stdout).toContain(
      'There is no snapshot in',
    );
    const none = await runCli(['snapshot', '--database', join(folder, 'none.db')], { folder });
    expect([none.exitCode, none.stderr]).toEqual([9, expect.stringContaining('[DATABASE_MISSING]')]);
  });

  test.each([
    ['--keep-daily', '-1'],
    ['--keep-weekly', 'all'],
    ['--keep-monthly', '1.5'],
  ])('refuses %s %s', async (flag, value) => {
    const { run } = await start();
    expect((await run('2026-11-24T03:17:00Z', 'snapshot', flag, value)).exitCode).toBe(2);
  });
});

describe('restore', () => {
  test('says what it would do, and does it with --yes', async () => {
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

  test.each(['none.db', 'snapshots', '.'])('refuses %s', async (file) => {
    const { run } = await start();
    await run('2026-11-23T03:17:00Z', 'snapshot');
    expect((await run('2026-11-24T03:17:00Z', 'restore', file, '--yes')).exitCode).toBe(9);
  });
});
