import type { Command } from 'commander';
import type { ExitName } from '../../errors/exit-codes.ts';
import {
  type ChangeFilter,
  checkCase,
  findNewestChangingRun,
  listChangedCases,
  prepareFindChange,
  toHistoryField,
} from '../../history/changes.ts';
import { prepareFindStart } from '../../db/run-log.ts';
import { prepareFindFacts, prepareFindName } from '../../db/read-case.ts';
import { findPeriod } from '../../history/period.ts';
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
import { printListing } from '../output.ts';
import { CHANGE_COLUMNS, listChangeObjects, renderChanges } from '../text/changes.ts';
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
          'only this field, such as case_ongoing, main_docket.court or docket_entries',
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

In the text, (absent) is a missing field, (null) is a null value, and (empty) is an empty text. With --json, old_value
and new_value are the values themselves; if a field was absent, the member is absent too. --limit applies to text and
Markdown; the other formats contain every change.

Examples:
  $ clearinghouse-mirror changes
  $ clearinghouse-mirror changes --since "last monday" --field case_ongoing
  $ clearinghouse-mirror changes --case 10002
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
    const field = typeof flags.field === 'string' ? toHistoryField(mirror, flags.field) : undefined;
    const period = findPeriod(mirror, {
      ...asked,
      otherwise: isDefault ? () => findNewestChangingRun(mirror, { field }) : 'first run',
    });
    const none = `Nothing changed${toNoneWords(period, !isDefault)}\n`;
    const toText = (style: WritingStyle): Iterable<string> =>
      period === null
        ? [style.sentence(none.trimEnd())]
        : renderText(mirror, { period, caseId, field }, style, flags, io);
    await printListing(io, output, database, {
      columns: CHANGE_COLUMNS,
      objects: () => (period === null ? [] : listChangeObjects(mirror, { period, caseId, field })),
      text: (width) => toText(toPlainStyle(width)),
      markdown: () => toText(MARKDOWN),
      none,
    });
  });
  return 'complete';
}

function renderText(
  mirror: Mirror,
  filter: ChangeFilter,
  style: WritingStyle,
  flags: Flags,
  { timeZone }: Io,
): Iterable<string> {
  const changes = {
    period: filter.period,
    cases: listChangedCases(mirror, filter),
    find: prepareFindChange(mirror),
    nameOf: prepareFindName(mirror),
    factsOf: prepareFindFacts(mirror),
    startOf: prepareFindStart(mirror),
    timeZone,
    limit: (flags.limit as number | undefined) ?? Number(MAX_CASES),
  };
  return renderChanges(changes, style);
}
