import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { API_LISTS } from '../../src/api/lists.ts';
import { closing } from '../../src/db/engine.ts';
import { openMirror, withWriter } from '../../src/db/open-mirror.ts';
import { createMetricsStep } from '../../src/schedule/metrics.ts';
import { toStateFilePath, writeStateFile } from '../../src/schedule/state-file.ts';
import type { Fault } from '../../fake-api/serve/faults.ts';
import { makeScheduledRun } from '../support/make-scheduled-run.ts';
import { runCli } from '../support/command-line.ts';
import { findProgram } from '../support/program.ts';
import { smallCollection } from '../support/small-collection.ts';
import { startSite } from '../support/site.ts';
import { tempFolder } from '../support/temp-folder.ts';
import { startHarness, statusOf, type HarnessOptions } from '../support/sync-harness.ts';
import { fakeRuntime, type FakeRuntime } from '../support/runtime.ts';

const HOUR = 3_600_000;

async function start(options: Partial<HarnessOptions> = {}) {
  const harness = await startHarness({ source: smallCollection(30), ...options });
  /** Runs the command this many hours after the runs. */
  const status = async (hours: number, ...args: readonly string[]) => {
    const at = new Date(harness.runtime.now().getTime() + hours * HOUR).toISOString();
    return runCli(['status', '--database', harness.database, ...args], {
      runtime: fakeRuntime({ start: at }),
    });
  };
  return { ...harness, status, book: toStateFilePath(harness.database) };
}

describe('status --check', () => {
  test('succeeds if the mirror is as old as allowed, and fails if it is older', async () => {
    const { sync, status } = await start();
    await sync();
    expect((await status(36, '--check')).exitCode).toBe(0);
    const { exitCode, stdout, stderr } = await status(37, '--check');
    expect(exitCode).toBe(11);
    expect(stdout).toContain('37 h 00 min ago');
    expect(stderr).toContain('[STALE]');
    expect(stderr).toContain('It is 37 h 00 min since');
    expect((await status(37, '--check', '--max-age', '2d')).exitCode).toBe(0);
    expect((await status(1, '--check', '--max-age', '59m')).exitCode).toBe(11);
    expect((await status(100)).exitCode).toBe(0);
  });

  test('uses the age of the stalest list, not of the newest run', async () => {
    const { sync, status, runtime } = await start();
    await sync({ lists: [statusOf(5020)] });
    const never = await status(0, '--check');
    expect([never.exitCode, never.stderr]).toEqual([
      11,
      expect.stringContaining('Not every list was read completely yet'),
    ]);
    await sync();
    await runtime.sleep(40 * HOUR, new AbortController().signal);
    await sync({ lists: [statusOf(5020)] });
    expect((await status(0, '--check')).exitCode).toBe(11);
  });

  test('includes the list of cases without a status if it is mirrored', async () => {
    const { sync, status, runtime } = await start();
    await sync({ lists: API_LISTS });
    await runtime.sleep(40 * HOUR, new AbortController().signal);
    await sync();
    expect((await status(0, '--check')).exitCode).toBe(11);
  });

  const lasting: [string, Fault, string][] = [
    ['a count that never matches', { kind: 'count', by: 1 }, 'COUNT_MISMATCH_STABLE'],
    ['a page that cannot be read', { kind: 'status', status: 500 }, 'PAGES_UNREADABLE'],
  ];
  test.each(lasting)(
    'accepts a list with %s, and says that it is not proven complete',
    async (_, fault, code) => {
      let isBad = false;
      const harness = await start({
        pageSize: 2,
        faults: ({ filters, page }) =>
          isBad && filters.case_ongoing === 5020 && (fault.kind === 'count' || page === 2)
            ? fault
            : undefined,
      });
      const { sync, status, runtime, rows } = harness;
      await sync();
      expect((await status(0, '--check')).stdout).not.toContain('proven');
      await runtime.sleep(40 * HOUR, new AbortController().signal);
      isBad = true;
      await sync();
      expect(rows('SELECT error_code FROM list_syncs WHERE list_id = 5020 AND run_id = 2')).toEqual([
        { error_code: code },
      ]);
      const { exitCode, stdout } = await status(0, '--check');
      expect([exitCode, stdout]).toEqual([
        0,
        expect.stringContaining(`1 list cannot be proven complete: 5020 No (${code})`),
      ]);
      expect((await status(37, '--check')).exitCode).toBe(11);
      const { lists } = JSON.parse((await status(0, '--json')).stdout) as { lists: object[] };
      expect(lists).toContainEqual(
        expect.objectContaining({
          list_id: 5020,
          last_reading: expect.objectContaining({ completeness: 'best-effort', error_code: code }),
        }),
      );
    },
  );

  test.each([5020, 5021, 5024])('does not accept list %i if its pages end far too early', async (id) => {
    const { sync, status, rows } = await start({
      faults: ({ filters }) => (filters.case_ongoing === id ? { kind: 'count', by: 500 } : undefined),
    });
    await sync();
    expect(rows(`SELECT outcome, error_code FROM list_syncs WHERE list_id = ${id}`)).toEqual([
      { outcome: 'partial', error_code: 'COUNT_FAR_OFF' },
    ]);
    expect((await status(0, '--check')).exitCode).toBe(11);
  });

  test.each(['36', '36 h', 'h', '-1h', '1w'])('rejects the age %j', async (age) => {
    const { status } = await start();
    expect((await status(0, '--check', '--max-age', age)).exitCode).toBe(2);
  });

  test('fails without a mirror', async () => {
    const { status } = await start({ withoutFile: true });
    expect((await status(0, '--check')).exitCode).toBe(9);
  });
});

describe('a run while the clock was ahead', () => {
  const NOW = '2030-01-15T03:17:00Z';
  const at = (database: string, start: string, ...args: readonly string[]) =>
    runCli(['status', '--database', database, ...args], { runtime: fakeRuntime({ start }) });
  const pass = (runtime: FakeRuntime, days: number) =>
    runtime.sleep(days * 24 * HOUR, new AbortController().signal);

  test('never makes the mirror look up to date, and status says why', async () => {
    const { sync, database, runtime } = await start();
    await pass(runtime, 1500);
    await sync();
    const { exitCode, stdout, stderr } = await at(database, NOW, '--check');
    expect([exitCode, stderr]).toEqual([11, expect.stringContaining('The clock was ahead')]);
    expect(stdout).toContain('the clock was ahead: run 1 ended in the future');
    expect(stdout).not.toMatch(/-\d+ ms/);
  });

  test('does not affect the age of the mirror, which depends on the runs before and after it', async () => {
    const { sync, database, runtime } = await start();
    await sync();
    await pass(runtime, 1500);
    await sync();
    expect((await at(database, '2030-01-16T03:17:00Z', '--check')).exitCode).toBe(0);
    expect((await at(database, '2030-03-16T03:17:00Z', '--check')).exitCode).toBe(11);
    await pass(runtime, -1490);
    await sync();
    expect((await at(database, '2030-01-25T04:17:00Z', '--check')).exitCode).toBe(0);
    // It is now the time that the wrong clock showed, and there was no run since.
    const { exitCode, stdout } = await at(database, '2034-02-24T04:17:00Z', '--check');
    expect(exitCode).toBe(11);
    expect(stdout).toContain('up to date as of 2030-01-25');
  });

  test('is never shown as the last run while its time is in the future', async () => {
    const { sync, status, book } = await start();
    await sync();
    const failed = {
      outcome: 'failed',
      error: { code: 'X', message: 'No lamp.', hint: 'Light one.' },
    } as const;
    writeStateFile(book, {
      process: null,
      scheduled_runs: [makeScheduledRun({ due_at: '2034-01-01T03:17:00.000Z', ...failed })],
    });
    expect((await status(1)).stdout).not.toContain('No lamp.');
    expect(JSON.parse((await status(1, '--json')).stdout)).toMatchObject({ nightly: { scheduled_runs: [] } });
  });
});

test('status does not expect a scheduler process if a timer starts the runs', async () => {
  const { sync, fakeApi, status, database } = await start();
  await sync();
  await runCli(
    ['nightly', '--once', '--no-nightly-snapshot', '--api-url', fakeApi.url, '--database', database],
    {
      env: { CLEARINGHOUSE_API_TOKEN: fakeApi.token },
    },
  );
  const { stdout } = await status(1);
  expect(stdout).toContain('started once per run (--once)');
  expect(stdout).not.toContain('not running');
});

describe('status', () => {
  const run = makeScheduledRun({
    due_at: '2030-01-15T03:00:00.000Z',
    outcome: 'failed',
    error: { code: 'NETWORK_FAILED', message: 'No lamp.', hint: 'Light one.' },
  });

  test('shows the last failure with a hint until a run succeeds', async () => {
    const { sync, status, book } = await start();
    await sync();
    writeStateFile(book, { process: null, scheduled_runs: [run] });
    expect((await status(1)).stdout).toContain(
      'last scheduled run, due 2030-01-15 03:00 UTC: failed, NETWORK_FAILED: No lamp.\n  Light one.\n',
    );
    const well = makeScheduledRun({ due_at: '2030-01-16T03:00:00.000Z' });
    writeStateFile(book, { process: null, scheduled_runs: [well, run] });
    expect((await status(25)).stdout).not.toContain('No lamp.');
  });

  test('contains the same facts in JSON', async () => {
    const { sync, status, book } = await start();
    await sync();
    writeStateFile(book, { process: null, scheduled_runs: [run] });
    const json = JSON.parse((await status(1, '--json')).stdout) as Record<string, unknown>;
    expect(json).toMatchObject({
      age_ms: HOUR,
      writing: false,
      nightly: { running: false, process: null, scheduled_runs: [run] },
    });
    expect(json.fresh_as_of).toBe(new Date('2030-01-15T03:17:00Z').toISOString());
  });

  test('reports a damaged state file', async () => {
    const { sync, status, book } = await start();
    await sync();
    writeFileSync(book, '{"scheduled_runs": [');
    const { exitCode, stderr, stdout } = await status(1);
    expect([exitCode, stderr]).toEqual([9, expect.stringContaining('[STATE_FILE_DAMAGED]')]);
    expect(stdout).toContain('up to date as of');
  });

  test('shows a run in progress and its progress', async () => {
    const { sync, database } = await start();
    const seen: string[] = [];
    await sync({
      lists: [statusOf(5020)],
      onEvent: ({ type }) => {
        // The sync waits for the command.
        if (type === 'page-stored')
          seen.push(
            spawnSync(process.execPath, [findProgram(), 'status', '--database', database], {
              encoding: 'utf8',
            }).stdout,
          );
      },
    });
    expect(seen[0]).toMatch(/run 1 \(sync\) in progress since .*: 5020 No, \d+ of \d+ cases/);
  });

  test('says that a run or pass has died if no process writes, also in a copy, and everything else says the same', async () => {
    const { sync, status, database, runtime } = await start();
    await sync();
    closing(openMirror(database), ({ sqlite }) =>
      sqlite.exec(
        `INSERT INTO linked_passes (run_id, outcome, started_at, process_id) VALUES (1, 'running', '2030-01-15T03:20:00.000Z', 7);
         INSERT INTO text_passes (outcome, started_at, process_id) VALUES ('running', '2030-01-15T03:21:00.000Z', 7);
         INSERT INTO file_passes (outcome, started_at, process_id) VALUES ('running', '2030-01-15T03:22:00.000Z', 7);
         UPDATE sync_runs SET outcome = 'running', ended_at = NULL;
         UPDATE list_syncs SET outcome = 'running' WHERE list_id = (SELECT max(list_id) FROM list_syncs)`,
      ),
    );
    const findOutcomes = async () => {
      const json = JSON.parse((await status(1, '--json')).stdout) as Record<string, { outcome: string }> & {
        runs: readonly { outcome: string }[];
      };
      return [json.runs[0], json.linked_pass, json.text_pass, json.file_pass].map((one) => one?.outcome);
    };
    const { stdout } = await status(1);
    expect(stdout).not.toMatch(/in progress|running/);
    expect(stdout).toContain('run 1 has died; the next sync records it');
    expect(stdout.match(/died\s+without\s+recording\s+its\s+end/g)).toHaveLength(3);
    expect(await findOutcomes()).toEqual(['died', 'died', 'died', 'died']);

    const site = await startSite(database);
    for (const page of ['/', '/runs', '/runs/1']) {
      const { body } = await site.get(page);
      expect(body).toContain('<span class="outcome bad">died</span>');
      expect(body).not.toMatch(/going on\./);
    }
    expect((await site.get('/runs/1')).body).toContain('<span class="outcome bad">interrupted</span>');
    const report = await runCli(['report', '--run', '1', '--markdown', '--database', database]);
    expect(report.stdout).toMatch(/^\| 5024 .* \| interrupted \|/m);
    const changes = await runCli(['changes', '--since', '2029-01-01', '--database', database]);
    expect(changes.stdout).toContain('Run 1 died: see');
    const metrics = join(tempFolder(), 'clearinghouse.prom');
    const summary = { run, exit: 'complete', reports: [], steps: [] } as const;
    await createMetricsStep(database, metrics, runtime.now).run(new AbortController().signal, summary);
    expect(readFileSync(metrics, 'utf8')).toContain('linked_pass_outcome{outcome="died"} 1');

    // Whatever writes next records it, before it does anything else.
    await withWriter(database, runtime.now, async ({ sqlite }) => {
      expect(await findOutcomes()).toEqual(['died', 'died', 'died', 'died']);
      sqlite.exec(`UPDATE file_passes SET outcome = 'running'`);
      expect(await findOutcomes()).toEqual(['died', 'died', 'died', 'running']);
    });
  });
});
