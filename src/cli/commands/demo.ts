import { InvalidArgumentError, type Command } from 'commander';
import type { ExitName } from '../../errors/exit-codes.ts';
import { toPath } from '../../config/paths.ts';
import { ownCommand, reportStyle, textWidth, withStop, write, writeText, type Io } from '../io.ts';
import { renderLinkedReport, toLinkedJson } from '../text/linked.ts';
import { createProgress } from '../text/progress.ts';
import { toJsonLine } from '../text/words.ts';
import { renderRows } from '../text/rows.ts';
import { renderRunReport, toReportJson } from '../text/report.ts';
import type { Flags } from '../options.ts';
import { closing } from '../../db/engine.ts';
import { existsSync, rmSync } from 'node:fs';
import type { Runtime } from '../../api/pacing.ts';
import { API_LISTS } from '../../api/lists.ts';
import { MirrorError } from '../../errors/mirror-error.ts';
import { openMirrorReadOnly, readAnyVersion } from '../../db/open-mirror.ts';
import { quoteWord, toPlaceText } from '../../lib/command-line.ts';
import { renderPlural } from '../../lib/layout.ts';
import { type QueryResult, query } from '../../db/query.ts';
import { takeWriterLock } from '../../db/lock.ts';
import { inventCollection } from '../../../fake-api/collection/collection.ts';
import { once, page } from '../../../fake-api/serve/faults.ts';
import { startFakeApi } from '../../../fake-api/serve/server.ts';
import { parseSettings, gatherSettings } from '../../config/settings.ts';
import type { RunReport, OnSyncEvent } from '../../sync/report.ts';
import { runLinkedPass } from '../../sync/linked/pass.ts';
import type { LinkedReport, SkippedPass } from '../../sync/linked/report.ts';
import { runSync } from '../../sync/run-sync.ts';

const MIN_CASES = 50;

export function defineOptions(command: Command): Command {
  return command
    .option('--cases <n>', 'how many cases to invent, from 50 to 12300', toCaseCount, 400)
    .option('--database <file>', 'the file to create; it replaces an earlier demo', 'clearinghouse-demo.db')
    .option('--json', 'print the reports as JSON, and nothing else')
    .addHelpText(
      'after',
      '\nSyncs twice against a fake API, then asks four questions in SQL. The file stays for you to explore.',
    );
}

function toCaseCount(text: string): number {
  const cases = Number(text);
  if (!/^\d{1,6}$/.test(text) || cases < MIN_CASES || cases > 12_300) {
    throw new InvalidArgumentError(`It takes a whole number from ${MIN_CASES} to 12300.`);
  }
  return cases;
}

export async function runCommand(flags: Flags, io: Io): Promise<ExitName> {
  const database = toPath(String(flags.database), '--database', io.folder, true);
  const isJson = flags.json === true;
  const show = (text: string): Promise<void> => (isJson ? Promise.resolve() : write(io.stdout, text));
  const stage: DemoStage = {
    say: (text) => show(`\n${text}\n`),
    createProgress: () => createProgress(io.stderr, io.runtime.now, io.timeZone),
    showReport: (report) =>
      isJson ? Promise.resolve() : writeText(io, `\n${renderRunReport(report, reportStyle(io))}`),
    showLinkedReport: (report) =>
      isJson ? Promise.resolve() : writeText(io, `\n${renderLinkedReport(report, io.timeZone)}`),
    showResult: async (title, sql, result) => {
      await show(`\n${title}\n\n${sql.replace(/^/gm, '    ')}\n\n`);
      for (const piece of renderRows(result, { format: 'table', width: textWidth(io) })) await show(piece);
    },
  };
  const runs = await withStop(io, (signal) =>
    runDemo({ database, cases: Number(flags.cases), signal, stage }, io.runtime),
  );
  if (isJson) {
    const linked = runs.flatMap((run) => (run.linked === null ? [] : [toLinkedJson(run.linked)]));
    const reports = runs.map(({ report }) => toReportJson(report));
    await write(io.stdout, toJsonLine({ database, runs: reports, linked_passes: linked }));
  }
  await show(
    `\nThe mirror is in ${toPlaceText(database)}. Ask it yourself:\n\n    ${ownCommand(io)} query --database ${quoteWord(database)} "SELECT ..."\n`,
  );
  return runs.at(-1)?.report.exit ?? 'unexpected';
}

/** A question about the data, and its SQL. */
interface DemoQuestion {
  readonly title: string;
  readonly sql: string;
}

/** The questions at the end of the demo. */
export const DEMO_QUESTIONS: readonly DemoQuestion[] = [
  {
    title: 'Which kinds of cases are there most of, and how many are still going on?',
    sql: `SELECT clean_case_types.value AS case_type, count(*) AS cases,
  count(CASE WHEN case_ongoing = 'Yes' THEN 1 END) AS ongoing
FROM clean_case_types JOIN clean_cases
  ON clean_cases.id = clean_case_types.case_id
GROUP BY case_type ORDER BY cases DESC, case_type LIMIT 5`,
  },
  {
    title: 'Where are the longest dockets?',
    sql: `SELECT clean_cases.id, clean_cases.name, clean_cases.court,
  count(*) AS entries
FROM clean_cases JOIN docket_entries
  ON docket_entries.case_id = clean_cases.id
GROUP BY clean_cases.id ORDER BY entries DESC, clean_cases.id LIMIT 5`,
  },
  {
    title: 'Which documents were read so far, and how many have a text?',
    sql: `SELECT document_type, count(*) AS documents, sum(has_text) AS with_text
FROM clean_documents
GROUP BY document_type ORDER BY documents DESC, document_type LIMIT 5`,
  },
  {
    title: 'What did the second day find changed?',
    sql: `SELECT cases.id, cases.name, change_log.kind, change_log.field,
  count(*) AS times
FROM change_log JOIN cases ON cases.id = change_log.case_id
WHERE change_log.run_id = 2
GROUP BY cases.id, change_log.kind, change_log.field
ORDER BY change_log.kind, cases.id, change_log.field LIMIT 12`,
  },
];

/** A run of the demo, and the linked pass after it. */
interface DemoRun {
  readonly report: RunReport;
  /** Null if there was none. */
  readonly linked: LinkedReport | SkippedPass | null;
}

interface DemoOptions {
  readonly database: string;
  readonly cases: number;
  readonly signal: AbortSignal;
  /** Shows what happens. */
  readonly stage: DemoStage;
}

/** The events that the demo shows. */
interface DemoStage {
  say(text: string): Promise<void>;
  createProgress(): OnSyncEvent;
  showReport(report: RunReport): Promise<void>;
  showLinkedReport(report: LinkedReport | SkippedPass): Promise<void>;
  showResult(title: string, sql: string, result: QueryResult): Promise<void>;
}

const PAGE_SIZE = 25;
const EMPTY_STATUS = 5022;
/** A part of the lists, so that the demo stays short and shows what a budget does. */
const LINKED_BUDGET = '120';

/**
 * Two days of a mirror, against a fake API with invented cases. The sync is the same as with the real API. One list is
 * empty, one request is rate limited and one fails, and cases change before the second day.
 */
async function runDemo(
  { database, cases, signal, stage }: DemoOptions,
  runtime: Runtime,
): Promise<readonly DemoRun[]> {
  removeEarlierDemo(database);
  const source = inventCollection({ size: cases, emptyLists: [EMPTY_STATUS] });
  const fakeApi = await startFakeApi({
    source,
    pageSize: PAGE_SIZE,
    faults: [
      once({ kind: 'status', status: 429, headers: { 'retry-after': '1' } }, page(1, 5020)),
      once({ kind: 'status', status: 500 }, page(1, 5021)),
    ],
  });
  try {
    const settings = parseSettings(
      gatherSettings({ apiUrl: fakeApi.url, database, delayMs: '20', linkedBudget: LINKED_BUDGET }, {}, {}),
    );
    const day = async (): Promise<DemoRun> => {
      const onEvent = stage.createProgress();
      const report = await runSync(
        {
          settings,
          token: fakeApi.token,
          lists: API_LISTS,
          trigger: 'demo',
          dryRun: false,
          acceptDepartures: false,
          signal,
          onEvent,
        },
        runtime,
      );
      await stage.showReport(report);
      if (report.outcome !== 'complete') return { report, linked: null };
      const linked = await runLinkedPass({ settings, token: fakeApi.token, signal, onEvent }, runtime);
      await stage.showLinkedReport(linked);
      return { report, linked };
    };
    await stage.say(`A fake API serves ${renderPlural(cases, 'invented case')} at ${fakeApi.url}.`);
    await stage.say(
      `First run: every case is new. One request is rate limited, one fails, and one list is empty. Then the linked lists are read, the documents, dockets and resources of the cases: up to ${renderPlural(Number(LINKED_BUDGET), 'request')} a run.`,
    );
    const first = await day();
    if (first.report.outcome !== 'complete') return [first];
    const plan = { changed: 0.03, inserted: 3, statusMoves: 2, ended: 1, removed: 2, linked: 0.05 };
    const changes = source.advance(plan);
    await stage.say(
      `Second run, a day later. Cases changed: ${changes.changed.length}; new: ${changes.inserted.length}; moved to another list: ${changes.moved.length}; departed: ${changes.removed.length}; with changed linked lists: ${changes.linked.length}.`,
    );
    const second = await day();
    if (second.report.outcome === 'complete') await showResults(database, stage);
    return [first, second];
  } finally {
    await fakeApi.close();
  }
}

async function showResults(database: string, stage: DemoStage): Promise<void> {
  await closing(openMirrorReadOnly(database), async (mirror) => {
    for (const { title, sql } of DEMO_QUESTIONS) await stage.showResult(title, sql, query(mirror, sql));
  });
}

/**
 * The demo begins with a new file. It removes the file of an earlier demo, also one of an older version, and refuses to
 * remove any other.
 */
function removeEarlierDemo(path: string): void {
  if (!existsSync(path)) return;
  const real = readAnyVersion(path, (sqlite) =>
    sqlite.prepare(`SELECT 1 FROM sync_runs WHERE trigger <> 'demo' LIMIT 1`).get(),
  );
  if (real != null) {
    throw new MirrorError('USAGE', `${path} holds a real mirror; the demo does not touch it.`, {
      hint: 'Pass another --database.',
    });
  }
  const lock = takeWriterLock(path);
  for (const suffix of ['', '-wal', '-shm']) rmSync(`${path}${suffix}`, { force: true });
  lock.release();
}
