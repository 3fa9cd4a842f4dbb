import { readFileSync } from 'node:fs';
import type { Command } from 'commander';
import { messageOf, MirrorError } from '../../errors.ts';
import type { ExitName } from '../../exit-codes.ts';
import { openMirrorReadOnly } from '../../mirror/open-mirror.ts';
import { query } from '../../mirror/query.ts';
import { widthOf, writePieces, type Io } from '../io.ts';
import { renderRows } from '../render/rows.ts';
import { addRowFormat, readRowFormat } from '../row-format-options.ts';
import { addSettings, readSettings, type Flags } from '../settings-options.ts';

export function defineQuery(command: Command): Command {
  return addSettings(
    addRowFormat(
      command
        .description('Ask the mirror in SQL. Reading only; a sync may go on meanwhile.')
        .argument('[sql]', 'one statement that returns rows; "-" reads it from standard input')
        .option('--file <file>', 'read the statement from a file'),
    ),
    ['database'],
  ).addHelpText(
    'after',
    `
Tables, columns and views: docs/schema.md.

Examples:
  $ clearinghouse-mirror query "SELECT case_ongoing, count(*) FROM cases GROUP BY 1"
  $ clearinghouse-mirror query --format csv --file questions.sql > answer.csv`,
  );
}

export async function runQueryCommand(argument: string | undefined, flags: Flags, io: Io): Promise<ExitName> {
  const text = readStatement(argument, flags.file);
  const mirror = openMirrorReadOnly(readSettings(flags, io).database);
  try {
    const answer = query(mirror, text);
    await writePieces(io.stdout, renderRows(answer, readRowFormat(flags), widthOf(io.stdout)));
  } finally {
    mirror.close();
  }
  return 'complete';
}

function readStatement(argument: string | undefined, file: unknown): string {
  if ((argument === undefined) === (file === undefined)) {
    throw new MirrorError('USAGE', '`query` takes a statement, or --file, and not both.');
  }
  if (argument !== undefined && argument !== '-') return argument;
  try {
    return readFileSync(argument === '-' ? 0 : String(file), 'utf8');
  } catch (cause) {
    throw new MirrorError('USAGE', `The statement cannot be read: ${messageOf(cause)}`, { cause });
  }
}
