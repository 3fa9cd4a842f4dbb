import { cpSync, mkdirSync, readFileSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { finishing } from '../../src/export/formats/format.ts';
import { splitRows } from '../../src/export/partition.ts';
import { exchangeFolders } from '../../src/lib/replace-file.ts';
import { startCommand, startLimitedCommand } from '../crash/run-command.ts';
import { tempFolder } from '../support/temp-folder.ts';
import { listWrongSums, readAll, readManifest, startExport } from './export-harness.ts';

const WORDS = ['export', 'out', '--tables', 'runs,list_syncs'];

test('a death at any moment leaves the old export or the new one, and the next export leaves nothing else', async () => {
  const { folder, exportTo, database } = await startExport();
  const old = await exportTo('out', ...WORDS.slice(2), '--format', 'ndjson');
  const before = readAll(old);
  const world = join(tempFolder(), 'world');
  cpSync(folder, world, { recursive: true });
  const start = (at: string, env: NodeJS.ProcessEnv) =>
    startCommand(['export', join(at, 'out'), ...WORDS.slice(2)], {
      CLEARINGHOUSE_DATABASE: database,
      ...env,
    });
  const list = join(tempFolder(), 'labels');
  expect((await start(folder, { CRASH_LABELS_TO: list }).ended).exitCode).toBe(0);
  const after = readAll(old);
  expect(after).not.toEqual(before);
  const labels = (JSON.parse(readFileSync(list, 'utf8')) as string[]).filter((label) =>
    /^(?:before|after) (?:rename|rm|fsync|close of the lock)/.test(label),
  );
  expect(labels.length).toBeGreaterThan(10);
  // The names of the files differ, and what happens to each is the same: the first, and all after the last file. A death
  // after one step leaves what a death before the next one does.
  const chosen = labels.filter(
    (label, at) =>
      (label.startsWith('before') || at === labels.length - 1) &&
      (at === 0 || !/fsync .*\.\w+$/.test(label) || at > labels.length - 8),
  );
  const outcomes = new Set<string>();
  for (const label of new Set(chosen)) {
    const trial = join(tempFolder(), 'trial');
    cpSync(world, trial, { recursive: true });
    const { signal } = await start(trial, { CRASH_AT: label, CRASH_OCCURRENCE: '1' }).ended;
    expect([label, signal]).toEqual([label, 'SIGKILL']);
    const left = JSON.stringify(readAll(join(trial, 'out')));
    const outcome =
      left === JSON.stringify(before) ? 'old' : left === JSON.stringify(after) ? 'new' : 'neither';
    outcomes.add(outcome);
    expect([label, outcome]).toEqual([label, expect.stringMatching(/^(?:old|new)$/)]);
  }
  expect(outcomes).toEqual(new Set(['old', 'new']));
});

test('what a process that died has left is removed by the next export, and an export that it moved away is put back', async () => {
  const { folder, exportTo } = await startExport();
  await exportTo('out', '--tables', 'runs');
  const before = readAll(join(folder, 'out'));
  mkdirSync(join(folder, '.out.0123456789abcdef.partial/data'), { recursive: true });
  renameSync(join(folder, 'out'), join(folder, '.out.fedcba9876543210.replaced'));
  await expect(exportTo('out', '--tables', 'document_texts', '--as-of', '1')).rejects.toThrow(
    'no earlier state',
  );
  await expect(exportTo('out', '--tables', 'runs', '--state', 'Nowhere')).rejects.toThrow('Nowhere');
  expect(readdirSync(folder)).toEqual(['out']);
  expect(readAll(join(folder, 'out'))).toEqual(before);
});

test('a disk that becomes full leaves the earlier export and nothing else', async () => {
  const { folder, exportTo, database } = await startExport();
  await exportTo('out');
  const before = readAll(join(folder, 'out'));
  const { exitCode, stderr } = await startLimitedCommand(48, ['export', join(folder, 'out')], {
    CLEARINGHOUSE_DATABASE: database,
  }).ended;
  expect([exitCode, stderr]).toEqual([12, expect.stringContaining('EXPORT_FAILED')]);
  expect(readdirSync(folder)).toEqual(['out']);
  expect(readAll(join(folder, 'out'))).toEqual(before);
});

test('an export that the disk has no room for is refused before a file is written', async () => {
  const { folder, write, run } = await startExport();
  write('UPDATE texts SET bytes = 1000000000000000');
  const { exitCode, stderr } = await run(['export', 'out']);
  expect([exitCode, stderr]).toEqual([12, expect.stringMatching(/takes about \d+ MB.*\[EXPORT_NO_ROOM\]/)]);
  expect(readdirSync(folder)).toEqual([]);
});

test('two exports to one folder do not meet: the second is refused', async () => {
  const { folder, exportTo, run } = await startExport();
  const first = exportTo('out', '--format', 'csv');
  expect(await run(['export', 'out', '--format', 'csv'])).toMatchObject({
    exitCode: 8,
    stderr: expect.stringContaining('Another export is writing'),
  });
  expect(listWrongSums(await first)).toEqual([]);
  expect(readManifest(join(folder, 'out')).complete).toBe(true);
});

test('two folders exchange their names in one step on Linux', () => {
  const [one, other] = ['one', 'other'].map((name) => join(tempFolder(), name)) as [string, string];
  for (const path of [one, other])
    mkdirSync(join(path, path === one ? 'of-one' : 'of-other'), { recursive: true });
  if (!exchangeFolders(one, other)) return; // another system: the next export finishes what a death interrupts
  expect([readdirSync(one), readdirSync(other)]).toEqual([['of-other'], ['of-one']]);
  rmSync(one, { recursive: true });
  expect(exchangeFolders(one, other)).toBe(false);
  expect(readdirSync(other)).toEqual(['of-one']);
});

test('a disk that becomes full is told as that, and not as what follows from it', async () => {
  const fail = (code: string): Error => Object.assign(new Error(code), { code });
  let finished = 0;
  const writer = splitRows({
    root: tempFolder(),
    name: 'attachments',
    ending: 'csv',
    partition: { column: 'case_id', folder: 'case_id_from', size: 10n },
    at: 0,
    open: () => ({
      write: () => undefined,
      finish() {
        throw fail(finished++ === 0 ? 'ENOSPC' : 'EBADF');
      },
    }),
  });
  const write = (): Promise<void> => {
    for (const id of [1n, 11n]) writer.write([id]);
    return Promise.resolve();
  };
  await expect(
    finishing(() => {
      writer.finish();
    }, write),
  ).rejects.toThrow('ENOSPC');
});
