import type { Command } from 'commander';
import type { ExitName } from '../../exit-codes.ts';
import { findPeriod, type Period } from '../../history/find-period.ts';
import { findStatus } from '../../history/find-status.ts';
import { listSpells } from '../../history/list-spells.ts';
import { countTransitions, listTransitions, type Transition } from '../../history/list-transitions.ts';
import type { Mirror } from '../../mirror/open-mirror.ts';
import { writePieces, type Io } from '../io.ts';
import { addSince, addUntil, PERIOD_HELP, readPeriod } from '../period-options.ts';
import { toNoPeriodWords } from '../render/period.ts';
import { renderSpells, renderTransitionList, renderTransitions } from '../render/transitions.ts';
import { addSettings, readSettings, type Flags } from '../settings-options.ts';
import { withMirrorMoment } from '../with-mirror-moment.ts';

export function defineTransitions(command: Command): Command {
  const described = command.description(
    'Count the cases that went from one status of case_ongoing to another, and how long they stay under each.',
  );
  return addSettings(
    addUntil(addSince(described))
      .option('--list', 'list the cases behind the numbers')
      .option('--from <status>', 'list those that left this status (id or label; new, departed, none)')
      .option('--to <status>', 'list those that reached this status')
      .option('--json', 'print it as one JSON object; with --list every move as one object a line'),
    ['database'],
  ).addHelpText(
    'after',
    `
${PERIOD_HELP}
Without --since it begins with the first run.

(new) is a case that the mirror did not have before, (departed) one that is not on the site, (none) one without a
status. --from and --to are for --list and imply it. The list leaves out new cases unless --from new asks for them;
with --json it has them all.

Examples:
  $ clearinghouse-mirror transitions --since 2026-01-01 --until 2026-03-31
  $ clearinghouse-mirror transitions --list --from Yes --to No`,
  );
}

export async function runTransitionsCommand(flags: Flags, io: Io): Promise<ExitName> {
  const asked = readPeriod(flags);
  await withMirrorMoment(readSettings(flags, io).database, async (mirror) => {
    const statusOf = (flag: unknown) => (typeof flag === 'string' ? findStatus(mirror, flag) : undefined);
    const [from, to] = [statusOf(flags.from), statusOf(flags.to)];
    const period = findPeriod(mirror, { ...asked, otherwise: 'first run' });
    const isJson = flags.json === true;
    if (period === null) {
      const isAsked = asked.since !== undefined || asked.until !== undefined;
      await writePieces(isJson ? io.stderr : io.stdout, [`No moves: ${toNoPeriodWords(isAsked)}.\n`]);
      return;
    }
    if (flags.list !== true && from === undefined && to === undefined) {
      await writePieces(io.stdout, [isJson ? toJson(mirror, period) : renderFigures(mirror, period)]);
      return;
    }
    const transitions = listTransitions(mirror, { period, from, to, withNew: isJson });
    if (!isJson) await writePieces(io.stdout, [renderTransitions(period, countTransitions(mirror, period))]);
    await writePieces(io.stdout, isJson ? toLines(transitions) : renderTransitionList(transitions));
  });
  return 'complete';
}

function renderFigures(mirror: Mirror, period: Period): string {
  return `${renderTransitions(period, countTransitions(mirror, period))}${renderSpells(listSpells(mirror))}`;
}

function toJson(mirror: Mirror, period: Period): string {
  const figures = {
    first_run_id: period.first.id,
    last_run_id: period.last.id,
    transitions: countTransitions(mirror, period),
    spells: listSpells(mirror),
  };
  return `${JSON.stringify(figures)}\n`;
}

function* toLines(transitions: Iterable<Transition>): Generator<string> {
  for (const one of transitions) yield `${JSON.stringify(one)}\n`;
}
