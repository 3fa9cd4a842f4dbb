import { closing } from '../../db/engine.ts';
import { InvalidArgumentError, type Command } from 'commander';
import { countAudits, findAudit, findAuditRows } from '../../db/audits.ts';
import { MirrorError } from '../../errors/mirror-error.ts';
import type { ExitName } from '../../errors/exit-codes.ts';
import { findBaselineId } from '../../history/period.ts';
import { openMirrorReadOnly } from '../../db/open-mirror.ts';
import type { Io } from '../io.ts';
import { printResult, printListing } from '../output.ts';
import { toAim } from '../suggested-commands.ts';
import { AUDIT_COUNT_COLUMNS, renderAuditCounts } from '../text/departed.ts';
import { type Flags, addRowFormat, addSettings, readRowFormat, readSettings } from '../options.ts';
import { withMirror } from '../with-mirror.ts';

export function defineOptions(command: Command): Command {
  return addSettings(
    addRowFormat(command.option('--limit <n>', 'list at most this many cases', toLimit), 'table'),
    ['database'],
  ).addHelpText(
    'after',
    `
Departed cases are not counted. Each audit is a view: docs/schema.md.

Examples:
  $ clearinghouse-mirror audit
  $ clearinghouse-mirror audit long_unchecked --limit 20
  $ clearinghouse-mirror audit dates_at_odds --format csv > dates.csv`,
  );
}

/** The column of an audit that explains what is wrong. */
const REASONS = ['why'];

function toLimit(text: string): number {
  if (!/^[1-9]\d{0,8}$/.test(text)) throw new InvalidArgumentError('It takes a whole number, at least 1.');
  return Number(text);
}

export async function runCommand(name: string | undefined, flags: Flags, io: Io): Promise<ExitName> {
  await (name === undefined ? showCounts(flags, io) : showRows(name, flags, io));
  return 'complete';
}

async function showCounts(flags: Flags, io: Io): Promise<void> {
  if (flags.limit !== undefined) {
    throw new MirrorError('USAGE', '--limit goes with the name of an audit.', {
      hint: '`clearinghouse-mirror audit` without it lists the names.',
    });
  }
  const output = readRowFormat(flags, 'table');
  const { database } = readSettings(flags, io);
  const { counts, isEmpty } = withMirror(database, (mirror) => ({
    counts: countAudits(mirror),
    isEmpty: findBaselineId(mirror) === undefined,
  }));
  await printListing(
    io,
    { ...output, format: output.format === 'table' ? 'text' : output.format },
    database,
    {
      columns: AUDIT_COUNT_COLUMNS,
      objects: () => counts.map(({ name, view, count, shows }) => ({ name, view, count, shows })),
      text: (width) => [renderAuditCounts(counts, width, isEmpty, toAim(io, flags))],
    },
  );
}

async function showRows(name: string, flags: Flags, io: Io): Promise<void> {
  const audit = findAudit(name);
  const output = readRowFormat(flags, 'table');
  const { database } = readSettings(flags, io);
  await closing(openMirrorReadOnly(database), async (mirror) => {
    const result = findAuditRows(mirror, audit, flags.limit as number | undefined);
    await printResult(io, output, database, { ...result, wrapped: REASONS });
  });
}
