import { EXIT_CODES, type ExitName } from '../errors/exit-codes.ts';
import type { DownloadKind } from '../db/linked/passes.ts';
import type { DownloadEvent, DownloadReport } from '../sync/linked/download-pass.ts';
import { type Io, reportStyle, say, withStop, write, writeText } from './io.ts';
import type { Outcomes } from './text/downloads.ts';
import { toAim } from './suggested-commands.ts';
import { renderBroken, renderDied, renderUpgrade } from './text/errors.ts';
import { createPassProgress } from './text/progress.ts';
import type { ReportStyle } from './text/report.ts';
import { toJsonLine } from './text/words.ts';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { type DocumentSelection, listDocumentTypes } from '../db/linked/downloads.ts';
import type { Mirror } from '../db/open-mirror.ts';
import { toNotMirrored } from '../db/read-case.ts';
import { MirrorError } from '../errors/mirror-error.ts';
import { listClosest, suggestNames } from '../lib/closest-names.ts';
import { asFlag, parseFilters, refuseNoCase, requireFilters, toCaseCondition } from '../search/filters.ts';
import { addCaseFilters, toFilterFlags } from './case-filters.ts';
import type { Flags } from './options.ts';
import { parseCaseId, withMirror } from './with-mirror.ts';

/* What `fetch-texts` and `fetch-files` have in common: the documents that they ask for, and what they print. */

const DEFAULT_BUDGET = '500';

/** Adds the flags that select documents, and the budget. `uncounted` says which requests the budget does not count. */
export function addDocumentSelection(command: Command, uncounted = ''): Command {
  return addCaseFilters(command)
    .addOption(new Option('--type <type...>', 'only documents of these types').default([], 'all'))
    .option('--core', 'only core documents')
    .addOption(
      new Option('--case <id...>', 'only documents of these cases')
        .argParser((text: string, before: readonly number[]) => [...before, parseCaseId(text)])
        .default([], 'all'),
    )
    .addOption(
      new Option('--budget <requests>', `maximum requests, including retries; "all" for no limit${uncounted}`)
        .argParser(parseBudget)
        .default(Number(DEFAULT_BUDGET), DEFAULT_BUDGET),
    )
    .option('--ignore-retry-after', 'send requests even though the server asked for a pause');
}

function parseBudget(text: string): number {
  if (text === 'all') return Infinity;
  const budget = Number(text);
  if (!/^\d+$/.test(text) || !Number.isSafeInteger(budget) || budget < 1)
    throw new InvalidArgumentError('It takes a whole number from 1, or "all".');
  return budget;
}

/** Whether the selection leaves out any document. */
export const isNarrow = ({ types, caseIds, caseCondition, isCore }: DocumentSelection): boolean =>
  types.length > 0 || caseIds.length > 0 || caseCondition !== null || isCore;

/**
 * The selection of the flags. Fails with USAGE if there is no such type or no case that passes the filters, or
 * CASE_NOT_MIRRORED if there is no such case.
 */
export function readSelection(flags: Flags, database: string): DocumentSelection {
  const wanted = flags.type as readonly string[];
  const types = wanted.length === 0 ? [] : withMirror(database, listDocumentTypes);
  const caseIds = flags.case as readonly number[];
  if (caseIds.length > 0)
    withMirror(database, (mirror) => {
      assertMirrored(mirror, caseIds);
    });
  return {
    types: wanted.map((name) => findType(name, types)),
    caseIds,
    caseCondition: readCaseCondition(flags, database),
    isCore: flags.core === true,
  };
}

function readCaseCondition(flags: Flags, database: string): string | null {
  const filters = parseFilters(toFilterFlags(flags), asFlag);
  if (filters.filed === null && Object.keys(filters.values).length === 0) return null;
  return withMirror(database, (mirror) => {
    const resolved = requireFilters(mirror.sqlite, filters, mirror.path);
    refuseNoCase(mirror.sqlite, resolved, mirror.path);
    return toCaseCondition(resolved);
  });
}

/** Without it, a wrong id would end as complete, with nothing to request. */
function assertMirrored(mirror: Mirror, caseIds: readonly number[]): void {
  const find = mirror.sqlite.prepare<[number], number>('SELECT 1 FROM cases WHERE id = ?').pluck();
  for (const caseId of caseIds) if (find.get(caseId) === undefined) throw toNotMirrored(mirror, caseId);
}

function findType(name: string, types: readonly string[]): string {
  const found = types.find((type) => type.toLowerCase() === name.trim().toLowerCase());
  if (found !== undefined) return found;
  const quoted = (names: readonly string[]): string[] => names.map((one) => JSON.stringify(one));
  const hint =
    types.length === 0
      ? 'The mirror has no document with a type yet: run `clearinghouse-mirror sync`, which reads the lists of documents.'
      : [
          suggestNames(quoted(listClosest(name, types, 1))),
          `The types in this mirror are ${quoted(types).join(', ')}.`,
        ]
          .filter((part) => part !== null)
          .join(' ');
  throw new MirrorError('USAGE', `No document has the type ${JSON.stringify(name.slice(0, 100))}.`, { hint });
}

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
export async function fetchDocuments<
  Plan,
  Report extends DownloadReport<DownloadKind> & { readonly counts: Outcomes },
>(flags: Flags, io: Io, command: FetchCommand<Plan, Report>): Promise<ExitName> {
  const aim = toAim(io, flags);
  const print = (json: () => object, text: () => string): Promise<void> =>
    flags.json === true ? write(io.stdout, toJsonLine(json())) : writeText(io, aim(text()));
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
      else if (event.type === 'document-ended') progress.update(event);
      else if (event.type === 'died') say(io.stderr, `${renderDied(event)}\n`);
      else say(io.stderr, aim(renderUpgrade(event)));
    }),
  ).finally(() => {
    progress.end();
  });
  const exit = toExit(command.kind, report);
  await print(
    () => command.toReportJson(report, EXIT_CODES[exit].code),
    () => command.renderReport(report, reportStyle(io)),
  );
  return exit;
}

/** The end of the budget is a normal end. A partial pass is one too, unless nothing of what was selected is stored. */
function toExit(
  kind: DownloadKind,
  { outcome, error, counts }: DownloadReport<DownloadKind> & { readonly counts: Outcomes },
): ExitName {
  if (outcome === 'partial') return counts[kind] === 0 ? 'partial' : 'complete';
  return outcome === 'complete' || outcome === 'budget' ? 'complete' : (error?.exit ?? 'unexpected');
}
