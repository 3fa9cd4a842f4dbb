import { type Command, Option } from 'commander';
import { MirrorError } from '../../errors/mirror-error.ts';
import type { ExitName } from '../../errors/exit-codes.ts';
import { PARTITION_NAMES, type PartitionName, parsePartitions } from '../../export/partition.ts';
import { listNullable } from '../../export/select.ts';
import { TABLE_NAMES, type TableName } from '../../export/table.ts';
import { FORMAT_NAMES, type FormatName } from '../../export/formats/format.ts';
import { listClosest, suggestNames } from '../../lib/closest-names.ts';
import { asFlag, parseFilters } from '../../search/filters.ts';
import { addCaseFilters, toFilterFlags } from '../case-filters.ts';
import type { Io } from '../io.ts';
import { type Flags, MOMENT_HELP, addSettings } from '../options.ts';
import { runExport } from '../run-export.ts';
import { AS_OF } from '../text/period.ts';

/** Parquet in Delta tables, with a version for each run. */
const DELTA = 'delta';

export function defineOptions(command: Command): Command {
  addCaseFilters(command)
    .addOption(
      new Option('--format <format>', 'format of the files').choices([...FORMAT_NAMES, DELTA]).default('csv'),
    )
    .option('--tables <names>', `only these tables, of ${TABLE_NAMES.join(', ')}; separated by commas`)
    .option(
      '--partition-by <ids>',
      'split large tables into folders by ranges of case_id, document_id or both',
    )
    .option('--raw', 'the values as the API sent them, with departed cases and hidden records')
    .option('--without-texts', 'leave out what the Clearinghouse owns: summaries, and the texts of documents')
    .option('--forget', 'write a folder of Delta tables anew, without its earlier versions')
    .option('--to <address>', 'also copy the finished export to a bucket: s3://BUCKET/PREFIX')
    .option('--check', 'with --to: also read back the objects of Delta tables that an earlier copy read back')
    .option('--allow-partial', 'export the newest run even if it is not complete')
    .option(...AS_OF)
    .option('--json', 'print JSON');
  return addSettings(command, ['database']).addHelpText(
    'after',
    `
The folder gets the tables in data/, a codebook, a data package, a manifest with counts and hashes, and how to cite. Each
file is read back by a second reader before the manifest names it. The folder appears when all of it is complete, and
replaces an earlier export in one step. A folder with anything else in it is never replaced.

The default is clean: cases that have left the site, records that the site does not show, and impossible dates are left
out. Without --as-of, the state is that of the newest complete run. With ndjson, cases.ndjson has whole cases as the API
sent them. A workbook (xlsx) has the table cases. With delta, the folder keeps the state after each run that is exported
to it: a Delta table for each table, which DuckDB, Spark, Polars and others read as of any of these runs.

With --to, each object is read back, and the manifest comes last. Credentials, region and server are those of the AWS
SDK: AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_PROFILE, AWS_REGION, AWS_ENDPOINT_URL and ~/.aws.
${MOMENT_HELP}

Examples:
  $ clearinghouse-mirror export clearinghouse-csv
  $ clearinghouse-mirror export closed-cases --ongoing No --without-texts
  $ clearinghouse-mirror export clearinghouse-parquet --format parquet --partition-by case_id
  $ clearinghouse-mirror export clearinghouse-delta --format delta
  $ clearinghouse-mirror export clearinghouse-delta --format delta --to s3://research/clearinghouse
  $ clearinghouse-mirror export cases-2015-2020 --format ndjson --tables cases --filed 2015..2020
  $ clearinghouse-mirror export before-the-election --as-of 2024-11-04`,
  );
}

export function runCommand(folder: string, flags: Flags, io: Io): Promise<ExitName> {
  const isDelta = flags.format === DELTA;
  refuseOtherFormat(flags, isDelta);
  if (flags.check === true && (!isDelta || flags.to === undefined))
    throw new MirrorError('USAGE', '--check goes with --format delta and --to.', {
      hint: 'Leave it out: every other copy and every export is read back anyway.',
    });
  return runExport(folder, flags, io, {
    kind: isDelta ? 'delta' : 'export',
    format: isDelta ? 'parquet' : (flags.format as FormatName),
    tables: typeof flags.tables === 'string' ? parseTables(flags.tables) : null,
    partitionBy: isDelta ? PARTITION_NAMES : readPartitions(flags),
    dropsHistory: flags.forget === true,
    isRaw: flags.raw === true,
    filters: parseFilters(toFilterFlags(flags), asFlag),
  });
}

const readPartitions = ({ partitionBy }: Flags): PartitionName[] =>
  typeof partitionBy === 'string' ? parsePartitions(partitionBy, listNullable()) : [];

/** Fails with USAGE if a flag goes with another format. */
function refuseOtherFormat({ partitionBy, forget }: Flags, isDelta: boolean): void {
  if (isDelta && partitionBy !== undefined)
    throw new MirrorError('USAGE', 'Delta tables are always split, by case_id and by document_id.', {
      hint: 'Leave out --partition-by.',
    });
  if (!isDelta && forget === true)
    throw new MirrorError('USAGE', 'Only a folder of Delta tables has earlier versions to forget.', {
      hint: '--forget goes with --format delta. Other exports replace the earlier one.',
    });
}

/** Parses the names of tables. Fails with USAGE. */
function parseTables(text: string): TableName[] {
  const names = text.split(',').map((name) => name.trim());
  const wrong = names.find((name) => !(TABLE_NAMES as readonly string[]).includes(name));
  if (wrong === undefined) return names as TableName[];
  const close = suggestNames(listClosest(wrong, TABLE_NAMES));
  throw new MirrorError('USAGE', `There is no table ${JSON.stringify(wrong.slice(0, 100))} to export.`, {
    hint: [close, `--tables takes names of ${TABLE_NAMES.join(', ')}, separated by commas.`]
      .filter(Boolean)
      .join(' '),
  });
}
