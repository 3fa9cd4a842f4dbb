import { InvalidArgumentError, type Command } from 'commander';
import type { DemoStage } from '../../demo/run-demo.ts';
import type { ExitName } from '../../errors/exit-codes.ts';
import { toPath } from '../../config/paths.ts';
import { ownCommand, reportStyle, textWidth, withStop, write, writeText, type Io } from '../io.ts';
import { renderLinkedReport, toLinkedJson } from '../text/linked.ts';
import { createProgress } from '../text/progress.ts';
import { toJsonLine } from '../text/words.ts';
import { renderRows } from '../text/rows.ts';
import { renderRunReport, toReportJson } from '../text/report.ts';
import type { Flags } from '../options.ts';

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
  const { runDemo } = await import('../../demo/run-demo.ts');
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
    `\nThe mirror is in ${database}. Ask it yourself:\n\n    ${ownCommand(io)} query --database ${database} "SELECT ..."\n`,
  );
  return runs.at(-1)?.report.exit ?? 'unexpected';
}
