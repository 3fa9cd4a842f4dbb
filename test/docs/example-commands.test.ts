import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { loadProgram } from '../../src/cli/main.ts';
import { runCli } from '../support/command-line.ts';
import { makeCase, makeDocket, makeEntry } from '../support/make-case.ts';
import { startDays } from '../support/days.ts';
import { fakeRuntime } from '../support/runtime.ts';
import { recordedCases } from '../../fake-api/collection/recorded-cases.ts';
import { tempFolder } from '../support/temp-folder.ts';

/* Each command of the README, of the pages on history and snapshots and of the help texts, run on a mirror that has the case 10002. */

const ELSEWHERE = new Set([
  'init',
  'doctor',
  'sync',
  'nightly',
  'demo',
  'fake-api',
  'restore',
  'redact',
  'fetch-texts',
  'fetch-files',
  'publish',
  'browse',
]);

/** What a shell makes of a line, up to a pipe, a redirection or a remark. */
function toArgs(line: string): string[] {
  const command = /^(?:[^"'|>#]|"[^"]*"|'[^']*')*/.exec(line)?.[0] ?? '';
  return [...command.matchAll(/"([^"]*)"|'([^']*)'|(\S+)/g)].map(([, a, b, c]) => a ?? b ?? c ?? '').slice(1);
}

function listOfPage(name: string): string[] {
  const page = readFileSync(new URL(`../../${name}`, import.meta.url), 'utf8');
  const inline = [...page.matchAll(/`(clearinghouse-mirror [^`]+)`/g)].map(([, command = '']) => command);
  return [...page.matchAll(/^clearinghouse-mirror .+$/gm)]
    .map(([line]) => line)
    .concat(inline.filter((command) => !command.includes('...')));
}

async function listOfHelp(): Promise<string[]> {
  const out = { isTTY: false, write: () => true } as never;
  const names = (await loadProgram({ stdout: out, stderr: out, env: {} } as never)).commands.map((one) =>
    one.name(),
  );
  const pages = await Promise.all(names.map(async (name) => (await runCli([name, '--help'])).stdout));
  return pages.flatMap((page) =>
    [...page.matchAll(/^ +\$ (clearinghouse-mirror .+)$/gm)].map(([, line = '']) => line),
  );
}

test('every example of reading does what it says on a mirror that has the case', async () => {
  const entry = makeEntry({ id: 9, description: 'NEW' });
  const source = recordedCases([
    makeCase({ id: 10002, name: 'Alder v. Thimble County' }),
    makeCase({ id: 10003, name: 'Birch v. Thimble County', main_docket: null }),
    makeCase({ id: 2, name: 'Another', state: 'Michigan', main_docket: null }),
  ]);
  const { harness, write } = await startDays(
    source,
    (site) => {
      site.edit(10002, (one) => ({
        ...one,
        case_ongoing: 'No',
        main_docket: makeDocket({ docket_entries: [entry] }),
      }));
    },
    (site) => {
      site.remove(2);
    },
  );
  write(`UPDATE sync_runs SET started_at = replace(started_at, '2030-01', '2026-02'), ended_at = replace(ended_at, '2030-01', '2026-02');
    UPDATE case_changes SET changed_at = replace(changed_at, '2030-01', '2026-02')`);
  const pages = [
    'README.md',
    'docs/history.md',
    'docs/snapshots.md',
    'docs/export.md',
    'docs/cite.md',
    'docs/report.md',
  ].flatMap(listOfPage);
  const examples = [...pages, ...(await listOfHelp())];
  const asked = [...new Set(examples)].map(toArgs).filter(([name = '']) => !ELSEWHERE.has(name));
  expect(asked.length).toBeGreaterThan(25);
  const runtime = { ...fakeRuntime(), now: () => new Date('2026-04-01T12:00:00Z') };
  // Whatever an example writes goes into a folder of the test.
  for (const args of asked) {
    const then = args.map((arg) =>
      arg
        .replace(/^(?:2030-01-31|2024-11-04)$/, '2026-03-01')
        .replace(/^12$/, '2')
        .replace(/^\/.*\//, `${tempFolder()}/`),
    );
    // A file of the reader's, a mirror of today, a bucket.
    if (then.some((arg) => arg === '--file' || arg === '--check' || arg.startsWith('s3://'))) continue;
    const env = { CLEARINGHOUSE_DATABASE: harness.database };
    const { exitCode, stderr } = await runCli(then, {
      env,
      runtime,
      folder: tempFolder(),
      stdin: 'SELECT 1',
    });
    expect([args, exitCode, stderr]).toEqual([
      args,
      expect.any(Number),
      expect.not.stringMatching(/^Error/m),
    ]);
  }
});
