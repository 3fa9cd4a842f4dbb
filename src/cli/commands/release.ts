import { type Command, Option } from 'commander';
import { toPath } from '../../config/paths.ts';
import type { ExitName } from '../../errors/exit-codes.ts';
import { exportMirror } from '../../export/export.ts';
import { chooseRun } from '../../export/run.ts';
import { parseFilters } from '../../search/filters.ts';
import { keepHeapSmall } from '../heap.ts';
import { type Io, say, withStop, write } from '../io.ts';
import { type Flags, MOMENT_HELP, addSettings, readAsOf, readSettings } from '../options.ts';
import { renderExport, renderTableProgress, toExportJson } from '../text/export.ts';
import { AS_OF } from '../text/period.ts';
import { renderBytes, toJsonLine } from '../text/words.ts';
import { withMirrorMoment } from '../with-mirror.ts';

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

export async function runCommand(folder: string, flags: Flags, io: Io): Promise<ExitName> {
  const { database } = readSettings(flags, io);
  const asOf = typeof flags.asOf === 'string' ? readAsOf(flags.asOf, io) : null;
  const path = toPath(folder, 'the folder', io.folder, true);
  const done = await withStop(io, (signal) =>
    withMirrorMoment(database, async (mirror) =>
      exportMirror(mirror, {
        kind: 'release',
        folder: path,
        format: flags.format as (typeof FORMATS)[number],
        tables: null,
        partitionBy: [],
        isRaw: false,
        withoutTexts: flags.withoutTexts === true,
        filters: parseFilters({}),
        run: chooseRun(mirror, asOf, flags.allowPartial === true),
        signal,
        onRows: keepHeapSmall,
        onEstimate: (bytes) => {
          say(io.stderr, `About ${renderBytes(bytes)} will be written.\n`);
        },
        onTable: (written) => {
          if (io.stderr.isTTY === true) say(io.stderr, renderTableProgress(written));
        },
      }),
    ),
  );
  await write(
    io.stdout,
    flags.json === true ? toJsonLine(toExportJson(path, done)) : renderExport(folder, done),
  );
  return 'complete';
}
