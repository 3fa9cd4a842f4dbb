import type { Command } from 'commander';
import type { ExitName } from '../../exit-codes.ts';
import { checkCase, toHistoryField } from '../../history/check-filter.ts';
import { prepareFindChange } from '../../history/find-change.ts';
import { findPeriod } from '../../history/find-period.ts';
import { prepareFindName, prepareFindStart } from '../../history/find-name.ts';
import { listChangedCases, type ChangeFilter } from '../../history/list-changes.ts';
import type { Mirror } from '../../mirror/open-mirror.ts';
import { writePieces, type Io } from '../io.ts';
import { addSince, addUntil, parseLimit, PERIOD_HELP, readPeriod } from '../period-options.ts';
import { toChangeJson } from '../render/change-json.ts';
import { renderChanges } from '../render/changes.ts';
import { toNoPeriodWords } from '../render/period.ts';
import { MARKDOWN, PLAIN } from '../render/writing-style.ts';
import { addSettings, readSettings, type Flags } from '../settings-options.ts';
import { parseCaseId } from '../case-id.ts';
import { withMirrorMoment } from '../with-mirror-moment.ts';

const MOST_CASES = '200';

export function defineChanges(command: Command): Command {
  const described = command.description(
    'Tell what changed: by default, what the newest sync that has ended brought.',
  );
  return addSettings(
    addUntil(addSince(described))
      .option('--case <id>', 'of this case only', parseCaseId)
      .option('--field <field>', 'of this field only, as case_ongoing, main_docket.court or docket_entries')
      .option(
        '--limit <n>',
        `how many changed and how many new cases to print; 0 for all (default: ${MOST_CASES})`,
        parseLimit,
      )
      .option('--markdown', 'print it as Markdown, for a mail')
      .option('--json', 'print every change as JSON, one object a line'),
    ['database'],
  ).addHelpText(
    'after',
    `
${PERIOD_HELP}
With --until or --case and no --since it begins with the first run.

In words, (absent) is a field that was not there at all, (null) one without a value, (empty) an empty text. With
--json, old_value and new_value are the values themselves, and a value that was absent is a member that is absent;
--limit has no effect there.

Examples:
  $ clearinghouse-mirror changes
  $ clearinghouse-mirror changes --since 2026-03-01 --field case_ongoing
  $ clearinghouse-mirror changes --case 10002
  $ clearinghouse-mirror changes --json | jq 'select(.kind == "departed") | .case_id'`,
  );
}

export async function runChangesCommand(flags: Flags, io: Io): Promise<ExitName> {
  const asked = readPeriod(flags);
  const caseId = flags.case as number | undefined;
  const isDefault = asked.since === undefined && asked.until === undefined && caseId === undefined;
  await withMirrorMoment(readSettings(flags, io).database, async (mirror) => {
    if (caseId !== undefined) checkCase(mirror, caseId);
    const field = typeof flags.field === 'string' ? toHistoryField(mirror, flags.field) : undefined;
    const period = findPeriod(mirror, { ...asked, otherwise: isDefault ? 'newest ended run' : 'first run' });
    const isJson = flags.json === true;
    if (period === null) {
      const words = `Nothing changed: ${toNoPeriodWords(!isDefault)}.\n`;
      await writePieces(isJson ? io.stderr : io.stdout, [words]);
    } else if (isJson) {
      const isEmpty = await writePieces(io.stdout, toLines(mirror, { period, caseId, field }));
      if (isEmpty) await writePieces(io.stderr, ['Nothing changed.\n']);
    } else {
      await writePieces(io.stdout, renderText(mirror, { period, caseId, field }, flags));
    }
  });
  return 'complete';
}

function renderText(mirror: Mirror, filter: ChangeFilter, flags: Flags): Iterable<string> {
  const changes = {
    period: filter.period,
    cases: listChangedCases(mirror, filter),
    find: prepareFindChange(mirror),
    nameOf: prepareFindName(mirror),
    startOf: prepareFindStart(mirror),
    limit: (flags.limit as number | undefined) ?? Number(MOST_CASES),
  };
  return renderChanges(changes, flags.markdown === true ? MARKDOWN : PLAIN);
}

function* toLines(mirror: Mirror, filter: ChangeFilter): Generator<string> {
  const find = prepareFindChange(mirror);
  const nameOf = prepareFindName(mirror);
  for (const { caseId, keys } of listChangedCases(mirror, filter)) {
    const name = nameOf(caseId);
    for (const key of keys) yield `${JSON.stringify(toChangeJson(find(key), name))}\n`;
  }
}
