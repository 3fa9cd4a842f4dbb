import { type Command, Option } from 'commander';
import type { ExitName } from '../../errors/exit-codes.ts';
import { parseFilters } from '../../search/filters.ts';
import type { Io } from '../io.ts';
import { type Flags, MOMENT_HELP, addSettings } from '../options.ts';
import { runExport } from '../run-export.ts';
import { AS_OF } from '../text/period.ts';

const FORMATS = ['parquet', 'csv'] as const;

export function defineOptions(command: Command): Command {
  command
    .addOption(new Option('--format <format>', 'format of the tables').choices(FORMATS).default('parquet'))
    .option('--without-texts', 'leave out what the Clearinghouse owns: summaries, and the texts of documents')
    .option('--allow-partial', 'release the newest run even if it is not complete')
    .option(...AS_OF)
    .option('--json', 'print JSON');
  return addSettings(command, ['database']).addHelpText(
    'after',
    `
A release is an export of all tables, and the same tables in one SQLite database, in one folder, with a codebook, a license note,
CITATION.cff and SHA256SUMS over all files. Every check of \`verify\` runs first. The database is built from the same rows as the
files: departed cases, hidden records and what was redacted are in neither. For a copy of the whole mirror, with all of them,
see \`snapshot\`.

The same run gives the same bytes on the same version of Node, unless something left the site in between.
The folder can be read where nothing can be written.
${MOMENT_HELP}

Examples:
  $ clearinghouse-mirror release clearinghouse-2026
  $ clearinghouse-mirror release clearinghouse-2026-public --without-texts
  $ clearinghouse-mirror release clearinghouse-2026-csv --format csv`,
  );
}

export function runCommand(folder: string, flags: Flags, io: Io): Promise<ExitName> {
  return runExport(folder, flags, io, {
    kind: 'release',
    dropsHistory: false,
    format: flags.format as (typeof FORMATS)[number],
    tables: null,
    partitionBy: [],
    isRaw: false,
    filters: parseFilters({}),
  });
}
