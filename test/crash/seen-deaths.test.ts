import { mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { recordedCases } from '../../fake-api/collection/recorded-cases.ts';
import { startFakeFiles } from '../../fake-api/serve/files.ts';
import { startFakeApi } from '../../fake-api/serve/server.ts';
import { LOGS, type Log } from '../../src/db/dead-rows.ts';
import { runCli } from '../support/command-line.ts';
import { makeCase } from '../support/make-case.ts';
import { makeDocument } from '../support/make-document.ts';
import { startSite } from '../support/site.ts';
import { tempFolder } from '../support/temp-folder.ts';
import { times } from '../support/times.ts';
import { toDatabase } from './download-trials.ts';
import { readMirror } from './examine.ts';
import { startCommand, toEnvironment } from './run-command.ts';

/* What a reader sees of a process that was killed, and what the next writer makes of it. Each process that is killed is the next writer of the one before. */

interface Killed {
  readonly words: readonly string[];
  readonly at: string;
  /** Where its row is; null for a restore, which has none. */
  readonly log: Log | null;
}

const RUN: Killed = { words: ['sync'], at: 'after COMMIT of insert cases', log: 'sync_runs' };
const OTHERS: readonly Killed[] = [
  { words: ['sync'], at: 'after COMMIT of insert documents', log: 'linked_passes' },
  { words: ['fetch-texts'], at: 'after COMMIT of insert texts', log: 'text_passes' },
  { words: ['fetch-files', '--core'], at: 'after insert mirror_dropped_files', log: 'file_passes' },
  { words: ['restore'], at: 'after link mirror.db mirror.db.replaced-*', log: null },
];

let server: { readonly env: NodeJS.ProcessEnv; readonly close: () => Promise<void> };
beforeAll(async () => {
  const host = await startFakeFiles({});
  const source = recordedCases([
    makeCase({ id: 1, case_ongoing: 'Yes' }),
    makeCase({ id: 2, case_ongoing: 'No' }),
  ]);
  for (const id of [11, 12])
    source.linked.putDocument(
      1,
      makeDocument({ id, file: `${host.url}media/doc/${id}.pdf` }),
      `Text of ${id}`,
    );
  const fakeApi = await startFakeApi({ source });
  server = {
    env: { ...toEnvironment(fakeApi, ''), CLEARINGHOUSE_FILE_HOSTS: new URL(host.url).host },
    close: async () => {
      await host.close();
      await fakeApi.close();
    },
  };
});
afterAll(() => server.close());

const findSnapshot = (folder: string): string =>
  readdirSync(folder).find((name) => /^mirror-.*\.db$/.test(name)) ?? '';

test('whatever is killed is told as dead by status, changes and browse, and recorded by the next writer', async () => {
  const folder = join(tempFolder(), 'world');
  mkdirSync(folder);
  const database = toDatabase(folder);
  const env = { ...server.env, CLEARINGHOUSE_DATABASE: database };
  const run = async (...words: string[]): Promise<string> => {
    const { exitCode, stdout, stderr } = await runCli(words, { env });
    expect([words, exitCode, exitCode === 0 ? '' : stderr]).toEqual([words, 0, '']);
    return stdout;
  };
  /** The newest row of a log, as it is on record. */
  const findRow = (log: Log) =>
    readMirror(database, ({ sqlite }) =>
      sqlite
        .prepare<[], { outcome: string; error_code: string | null; ended_at: string | null }>(
          `SELECT outcome, error_code, ended_at FROM ${log} ORDER BY id DESC LIMIT 1`,
        )
        .get(),
    );
  const countRecorded = (log: Log): number =>
    readMirror(database, ({ sqlite }) =>
      Number(
        sqlite
          .prepare(
            `SELECT count(*) FROM ${log} WHERE outcome = 'died' AND error_code = 'PROCESS_DIED' AND ended_at IS NULL`,
          )
          .pluck()
          .get(),
      ),
    );
  const seeDead = async (log: Log): Promise<void> => {
    expect([log, findRow(log)]).toEqual([log, { outcome: 'running', error_code: null, ended_at: null }]);
    const { runs, ...state } = JSON.parse(await run('status', '--json')) as Readonly<
      Record<'linked_pass' | 'text_pass' | 'file_pass', { outcome: string } | null>
    > & { readonly runs: readonly { outcome: string }[] };
    const seen = {
      sync_runs: runs[0],
      linked_passes: state.linked_pass,
      text_passes: state.text_pass,
      file_passes: state.file_pass,
    } satisfies Record<Log, unknown>;
    expect([log, seen[log]?.outcome]).toEqual([log, 'died']);
    const texts = [await run('status'), await run('changes', '--since', '2000-01-01')];
    const site = await startSite(database);
    for (const page of ['/', '/runs', '/changes?since=2000-01-01']) texts.push((await site.get(page)).body);
    expect([log, site.faults]).toEqual([log, []]);
    for (const text of texts) expect(text).not.toMatch(/in progress since|\brunning\b|going on\./);
    expect([log, texts[0]?.replaceAll(/\s+/g, ' ')]).toEqual([
      log,
      expect.stringMatching(/has died|died without recording/),
    ]);
    if (log !== 'sync_runs') return;
    expect(texts[1]).toMatch(/Run \d+ died/);
    expect(texts[2]).toContain('<span class="outcome bad">died</span>');
  };

  let before: Log | null = null;
  for (const { words, at, log } of [RUN, ...times([], OTHERS)]) {
    if (log === 'file_passes') await run('snapshot');
    const named = log === null ? [findSnapshot(join(folder, 'snapshots')), '--yes'] : [];
    const ending = await startCommand([...words, ...named], { ...env, CRASH_AT: at }).ended;
    expect([at, ending.signal, ending.stderr]).toEqual([at, 'SIGKILL', expect.anything()]);
    // A restore replaces the mirror instead.
    if (log !== null && before !== null) expect([before, countRecorded(before)]).toEqual([before, 1]);
    before = log ?? before;
    if (before !== null) await seeDead(before);
  }
  await run('sync');
  if (before !== null) expect([before, countRecorded(before)]).toEqual([before, 1]);
  for (const log of LOGS) expect([log, findRow(log)?.outcome]).not.toEqual([log, 'running']);
  expect(countRecorded('sync_runs')).toBe(1);
  expect(await run('status')).not.toMatch(/has died/);
});
