import type { Command } from 'commander';
import type { ExitName } from '../../errors/exit-codes.ts';
import { checkCase, prepareFindChange } from '../../history/changes.ts';
import { prepareFindStart } from '../../db/run-log.ts';
import { prepareFindFacts, prepareFindName } from '../../db/read-case.ts';
import { KIND_NAMES, prepareFindRecord } from '../../history/linked-changes.ts';
import { findBaselineId, findPeriod } from '../../history/period.ts';
import type { Mirror } from '../../db/open-mirror.ts';
import { parseCaseId, withMirrorMoment } from '../with-mirror.ts';
import type { Io } from '../io.ts';
import {
  type Flags,
  PERIOD_HELP,
  addRowFormat,
  addSettings,
  addSince,
  addUntil,
  parseLimit,
  readPeriod,
  readRowFormat,
  readSettings,
} from '../options.ts';
import { toAim } from '../suggested-commands.ts';
import { printListing } from '../output.ts';
import {
  ALL_CHANGE_COLUMNS,
  findNewestRunWithChanges,
  listAllChangeObjects,
  parseAnyField,
} from '../text/all-changes.ts';
import { renderChanges, renderNone } from '../text/changes.ts';
import { type AllChangesFilter, listAllChanges } from '../text/linked-changes.ts';
import { toNoneWords } from '../text/period.ts';
import { MARKDOWN, toPlainStyle, type WritingStyle } from '../text/style.ts';

const MAX_CASES = '200';

export function defineOptions(command: Command): Command {
  return addSettings(
    addRowFormat(
      addUntil(addSince(command))
        .option('--case <id>', 'only this case, by its id or link', parseCaseId)
        .option(
          '--field <field>',
          'only this field, such as case_ongoing, main_docket.court, docket_entries, documents or documents.title',
        )
        .option(
          '--limit <n>',
          `maximum number of changed cases, and of new cases, to print; 0 for all (default: ${MAX_CASES})`,
          parseLimit,
        )
        .option('--markdown', 'same as --format markdown, for an email'),
      'text',
    ),
    ['database'],
  ).addHelpText(
    'after',
    `
${PERIOD_HELP}
With --until or --case but no --since, the period starts at the first run.

The documents, further dockets and resources of cases are here too, with the run whose linked pass found the change. What
the first read of a list finds is not a change. Records that are not for the public are named without their content.
--field takes ${Object.keys(KIND_NAMES).join(', ')}, or one of their fields.

In the text, (absent) is a missing field, (null) is a null value, (empty) is an empty text, and (not shown) is a value
that may not be public. With --json, old_value and new_value are the values themselves; if a field was absent, the member
is absent too, and withheld names those of which a part is not shown. --limit applies to text and Markdown; the other
formats contain every change.

Examples:
  $ clearinghouse-mirror changes
  $ clearinghouse-mirror changes --since "last monday" --field case_ongoing
  $ clearinghouse-mirror changes --case 10002
  $ clearinghouse-mirror changes --since 7d --field documents
  $ clearinghouse-mirror changes --json | jq 'select(.kind == "departed") | .case_id'`,
  );
}

export async function runCommand(flags: Flags, io: Io): Promise<ExitName> {
  const output = readRowFormat(flags, 'text');
  const asked = readPeriod(flags, io);
  const caseId = flags.case as number | undefined;
  const isDefault = asked.since === undefined && asked.until === undefined && caseId === undefined;
  const { database } = readSettings(flags, io);
  await withMirrorMoment(database, async (mirror) => {
    if (caseId !== undefined) checkCase(mirror, caseId);
    const { field, linkedField } = parseAnyField(
      mirror,
      typeof flags.field === 'string' ? flags.field : undefined,
    );
    const period = findPeriod(mirror, {
      ...asked,
      otherwise: isDefault ? () => findNewestRunWithChanges(mirror, { field, linkedField }) : 'first run',
    });
    const isNever =
      isDefault &&
      flags.field !== undefined &&
      // A run that is still going on is shown with what it has found so far.
      period?.last.outcome !== 'running' &&
      findNewestRunWithChanges(mirror, { field, linkedField }) === undefined;
    const nothing = isNever ? `No run found a change of ${String(flags.field)}` : 'Nothing changed';
    const none = `${nothing}${toNoneWords(period, !isDefault)}\n`;
    const toText = (style: WritingStyle): Iterable<string> =>
      period === null
        ? [style.sentence(none.trimEnd())]
        : isNever
          ? renderNone(`${nothing}.`, { period, timeZone: io.timeZone }, style)
          : renderText(mirror, { period, caseId, field, linkedField }, style, flags, io);
    await printListing(io, output, database, {
      columns: ALL_CHANGE_COLUMNS,
      objects: () =>
        period === null ? [] : listAllChangeObjects(mirror, { period, caseId, field, linkedField }),
      text: (width) => toText(toPlainStyle(width, toAim(io, flags))),
      markdown: () => toText(MARKDOWN),
      none,
    });
  });
  return 'complete';
}

function renderText(
  mirror: Mirror,
  filter: AllChangesFilter,
  style: WritingStyle,
  flags: Flags,
  { timeZone }: Io,
): Iterable<string> {
  const changes = {
    period: filter.period,
    cases: listAllChanges(mirror, filter),
    find: prepareFindChange(mirror),
    findRecord: prepareFindRecord(mirror),
    nameOf: prepareFindName(mirror),
    factsOf: prepareFindFacts(mirror),
    startOf: prepareFindStart(mirror),
    baselineId: findBaselineId(mirror),
    timeZone,
    limit: (flags.limit as number | undefined) ?? Number(MAX_CASES),
  };
  return renderChanges(changes, style);
}
