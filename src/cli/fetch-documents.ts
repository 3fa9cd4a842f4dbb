import { EXIT_CODES, type ExitName } from '../errors/exit-codes.ts';
import type { DownloadKind } from '../db/linked/passes.ts';
import type { DownloadEvent, DownloadReport } from '../sync/linked/download-pass.ts';
import { type Io, reportStyle, say, withStop, write, writeText } from './io.ts';
import type { Flags } from './options.ts';
import { renderBroken } from './text/errors.ts';
import { createPassProgress } from './text/progress.ts';
import type { ReportStyle } from './text/report.ts';
import { toJsonLine } from './text/words.ts';

/** What `fetch-texts` and `fetch-files` do each in its own way. */
export interface FetchCommand<Plan, Report> {
  readonly kind: DownloadKind;
  readonly findPlan: () => Plan;
  readonly renderPlan: (plan: Plan) => string;
  readonly toPlanJson: (plan: Plan) => object;
  readonly runPass: (signal: AbortSignal, onEvent: (event: DownloadEvent<Plan>) => void) => Promise<Report>;
  readonly renderReport: (report: Report, style: ReportStyle) => string;
  readonly toReportJson: (report: Report, exitCode: number) => object;
}

/** Prints the plan of a dry run, or runs a pass and prints its report. */
export async function fetchDocuments<Plan, Report extends DownloadReport<DownloadKind>>(
  flags: Flags,
  io: Io,
  command: FetchCommand<Plan, Report>,
): Promise<ExitName> {
  const print = (json: () => object, text: () => string): Promise<void> =>
    flags.json === true ? write(io.stdout, toJsonLine(json())) : writeText(io, text());
  if (flags.dryRun === true) {
    const plan = command.findPlan();
    await print(
      () => command.toPlanJson(plan),
      () => command.renderPlan(plan),
    );
    return 'complete';
  }
  const progress = createPassProgress(io.stderr, io.runtime.now, io.timeZone, command.kind);
  const report = await withStop(io, (signal) =>
    command.runPass(signal, (event) => {
      if (event.type === 'objects-broken') say(io.stderr, renderBroken(event.broken));
      else if (event.type === 'planned') say(io.stderr, command.renderPlan(event.plan));
      else progress.update(event);
    }),
  ).finally(() => {
    progress.end();
  });
  const exit = toExit(report);
  await print(
    () => command.toReportJson(report, EXIT_CODES[exit].code),
    () => command.renderReport(report, reportStyle(io)),
  );
  return exit;
}

/** The end of the budget is a normal end. */
function toExit({ outcome, error }: DownloadReport<DownloadKind>): ExitName {
  return outcome === 'complete' || outcome === 'budget' ? 'complete' : (error?.exit ?? 'unexpected');
}
