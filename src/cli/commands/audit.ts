import { InvalidArgumentError, type Command } from 'commander';
import { countAudits } from '../../audit/count-audits.ts';
import { findAuditRows } from '../../audit/find-audit-rows.ts';
import { findAudit } from '../../audit/list-audits.ts';
import { MirrorError } from '../../errors.ts';
import type { ExitName } from '../../exit-codes.ts';
import { openMirrorReadOnly } from '../../mirror/open-mirror.ts';
import { widthOf, write, writePieces, type Io } from '../io.ts';
import { renderAuditCounts, toCountRows } from '../render/audit.ts';
import { renderRows } from '../render/rows.ts';
import { addRowFormat, readRowFormat } from '../row-format-options.ts';
import { addSettings, readSettings, type Flags } from '../settings-options.ts';
import { withMirror } from '../with-mirror.ts';

export function defineAudit(command: Command): Command {
  return addSettings(
    addRowFormat(
      command
        .description('Count the contradictions in the cases that are worth a look, or list the cases of one.')
        .argument('[name]', 'list the cases of this one')
        .option('--limit <n>', 'list at most so many cases', toLimit),
    ),
    ['database'],
  ).addHelpText(
    'after',
    `
Cases that have left the site are not counted. Each audit is a view: docs/schema.md.

Examples:
  $ clearinghouse-mirror audit
  $ clearinghouse-mirror audit long_unchecked --limit 20
  $ clearinghouse-mirror audit dates_at_odds --format csv > dates.csv`,
  );
}

function toLimit(text: string): number {
  if (!/^[1-9]\d{0,8}$/.test(text)) throw new InvalidArgumentError('It takes a whole number, at least 1.');
  return Number(text);
}

export async function runAuditCommand(name: string | undefined, flags: Flags, io: Io): Promise<ExitName> {
  await (name === undefined ? showCounts(flags, io) : showRows(name, flags, io));
  return 'complete';
}

async function showCounts(flags: Flags, io: Io): Promise<void> {
  if (flags.limit !== undefined) {
    throw new MirrorError('USAGE', '--limit goes with the name of an audit.', {
      hint: '`clearinghouse-mirror audit` without it lists the names.',
    });
  }
  const counts = withMirror(readSettings(flags, io).database, countAudits);
  const format = readRowFormat(flags);
  if (format === 'table') await write(io.stdout, renderAuditCounts(counts));
  else await writePieces(io.stdout, renderRows(toCountRows(counts), format));
}

async function showRows(name: string, flags: Flags, io: Io): Promise<void> {
  const audit = findAudit(name);
  const mirror = openMirrorReadOnly(readSettings(flags, io).database);
  try {
    const answer = findAuditRows(mirror, audit, flags.limit as number | undefined);
    await writePieces(io.stdout, renderRows(answer, readRowFormat(flags), widthOf(io.stdout)));
  } finally {
    mirror.close();
  }
}
