import type { Command } from 'commander';
import type { ExitName } from '../../exit-codes.ts';
import { findCaseAsOf, type CaseAsOf } from '../../history/find-case-as-of.ts';
import { findRunAsOf } from '../../history/find-run-as-of.ts';
import { findCase, type StoredCase } from '../../mirror/find-case.ts';
import { parseCaseId } from '../case-id.ts';
import { say, write, type Io } from '../io.ts';
import { readMoment } from '../period-options.ts';
import { renderCase } from '../render/case.ts';
import { AS_OF, renderRunAsOf, toRunAsOfJson } from '../render/run-as-of.ts';
import { addSettings, readSettings, type Flags } from '../settings-options.ts';
import { withMirror } from '../with-mirror.ts';

export function defineCase(command: Command): Command {
  return addSettings(
    command
      .description('Show one case of the mirror.')
      .argument('<id>', "the case's id", parseCaseId)
      .option('--raw', 'print the JSON that the API sent, nothing added or left out')
      .option('--json', "the same as --raw, with the mirror's own notes around it")
      .option(...AS_OF),
    ['database'],
  ).addHelpText(
    'after',
    `
Examples:
  $ clearinghouse-mirror case 10002
  $ clearinghouse-mirror case 10002 --raw > case.json
  $ clearinghouse-mirror case 10002 --as-of 2030-01-31

A case as of then is proven to be the one that was stored; only the order of lists may be another.`,
  );
}

export async function runCaseCommand(id: number, flags: Flags, io: Io): Promise<ExitName> {
  const moment = typeof flags.asOf === 'string' ? readMoment(flags.asOf, io) : null;
  const found = withMirror(readSettings(flags, io).database, (mirror): Found => {
    if (moment === null) return { case: findCase(mirror, id), notes: {} };
    const run = findRunAsOf(mirror, moment);
    const then = findCaseAsOf(mirror, id, run.runId);
    say(io.stderr, `${renderRunAsOf(run)}\n${renderDeparture(then)}`);
    return { case: then, notes: { ...toRunAsOfJson(run), departed_run_id: then.departedRunId } };
  });
  const { payload, fingerprint, firstRunId, changedRunId } = found.case;
  if (flags.raw === true) {
    await write(io.stdout, `${JSON.stringify(payload, null, 2)}\n`);
  } else if (flags.json === true) {
    const notes = { id, fingerprint, first_run_id: firstRunId, changed_run_id: changedRunId };
    await write(io.stdout, `${JSON.stringify({ ...notes, ...found.notes, payload })}\n`);
  } else {
    await write(io.stdout, renderCase(payload));
  }
  return 'complete';
}

interface Found {
  readonly case: StoredCase;
  /** What --json says beside the notes that it always has. */
  readonly notes: object;
}

function renderDeparture({ departedRunId }: CaseAsOf): string {
  return departedRunId === null ? '' : `It had left the site by then: run ${departedRunId} found it gone.\n`;
}
