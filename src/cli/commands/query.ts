import { closing } from '../../db/engine.ts';
import type { Command } from 'commander';
import { MirrorError } from '../../errors/mirror-error.ts';
import type { ExitName } from '../../errors/exit-codes.ts';
import type { AsOf } from '../../history/moments.ts';
import { toPath } from '../../config/paths.ts';
import { toDatabaseError } from '../../db/errors.ts';
import { type MirrorReader, openReader } from '../../db/open-to-read.ts';
import { query, type QueryResult } from '../../db/query.ts';
import { say, type Io } from '../io.ts';
import { type Flags, addRowFormat, addSettings, readAsOf, readRowFormat, readSettings } from '../options.ts';
import { printResult } from '../output.ts';
import { readStatementFile } from '../process-io.ts';
import { AS_OF, renderRunAsOf } from '../text/period.ts';
import { renderPlural } from '../../lib/layout.ts';

export function defineOptions(command: Command): Command {
  return addSettings(
    addRowFormat(command.option('--file <file>', 'read the statement from a file').option(...AS_OF), 'table'),
    ['database'],
  ).addHelpText(
    'after',
    `
Tables, columns and views: docs/schema.md. Beside the functions of SQLite there are median(x) and percentile(x, p),
which the sqlite3 shell may not have.

Examples:
  $ clearinghouse-mirror query "SELECT case_ongoing, count(*) FROM cases GROUP BY 1"
  $ clearinghouse-mirror query --format csv --file questions.sql > result.csv
  $ clearinghouse-mirror query --as-of 2030-01-31 "SELECT case_ongoing, count(*) FROM cases GROUP BY 1"

With --as-of, every table and view, including the run log, has its state at that time. The current state is
available as "main": "main.cases" always has the current cases.`,
  );
}

export async function runCommand(argument: string | undefined, flags: Flags, io: Io): Promise<ExitName> {
  const text = await readStatement(argument, flags, io);
  const output = readRowFormat(flags, 'table');
  const asOf = typeof flags.asOf === 'string' ? readAsOf(flags.asOf, io) : null;
  const { database } = readSettings(flags, io);
  await closing(openReader(database), async (reader) => {
    const result = asOf === null ? query(reader, text) : await queryAsOfRun(reader, text, asOf, io);
    await printResult(io, output, database, result);
  });
  return 'complete';
}

async function queryAsOfRun(reader: MirrorReader, text: string, asOf: AsOf, io: Io): Promise<QueryResult> {
  const [{ findRunAsOf }, { queryAsOf }, { toMirror }] = await Promise.all([
    import('../../history/period.ts'),
    import('../../history/query-as-of/query.ts'),
    import('../../db/open-mirror.ts'),
  ]);
  const mirror = toMirror(reader);
  try {
    const run = findRunAsOf(mirror, asOf);
    const result = queryAsOf(mirror, run.runId, text);
    say(io.stderr, `${renderRunAsOf(run, io.timeZone)}\n${renderRedacted(result.redactedCases)}`);
    return result;
  } catch (thrown) {
    throw toDatabaseError(thrown, mirror.path);
  }
}

function renderRedacted(cases: number): string {
  if (cases === 0) return '';
  return `The content of ${renderPlural(cases, 'case', 'cases')} at that time was removed on request; only the id remains.\n`;
}

const STATEMENT_HINT =
  'Pass it in quotes, as in `clearinghouse-mirror query "SELECT count(*) FROM cases"`, or with --file.';
const LIKE_A_STATEMENT = /^\s*(select|with|values|explain|pragma)\s/i;

/** Says which flag has taken the statement for its value; null when none has. */
function findSwallowed(flags: Flags): string | null {
  const found = Object.entries(flags).find(
    ([, value]) => typeof value === 'string' && LIKE_A_STATEMENT.test(value),
  );
  if (found === undefined) return null;
  const flag = `--${found[0].replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
  return `${flag} needs a value and took the statement for it. Put its value between the two, or leave ${flag} out.`;
}

async function readStatement(argument: string | undefined, flags: Flags, io: Io): Promise<string> {
  const { file } = flags;
  if (argument === undefined && file === undefined) {
    throw new MirrorError('USAGE', '`query` needs a statement.', {
      hint: findSwallowed(flags) ?? STATEMENT_HINT,
    });
  }
  if (argument !== undefined && file !== undefined) {
    throw new MirrorError('USAGE', '`query` takes a statement or --file, not both.', {
      hint: 'Leave one of the two out.',
    });
  }
  if (argument !== undefined && argument !== '-') return argument;
  if (argument === '-' || file === '-') return io.readStdin();
  return readStatementFile(toPath(String(file), '--file', io.folder, true));
}
