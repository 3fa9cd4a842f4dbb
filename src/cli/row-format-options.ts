import { Option, type Command } from 'commander';
import { MirrorError } from '../errors.ts';
import { ROW_FORMATS, type RowFormat } from './render/rows.ts';
import type { Flags } from './settings-options.ts';

/** Text for people instead of rows: what a command that tells of something prints by default. */
type PrintFormat = RowFormat | 'text';

/** How rows are printed, and where. */
export interface RowOutput {
  readonly format: PrintFormat;
  readonly isForSpreadsheet: boolean;
  readonly nullText?: string;
  /** Null for standard output. */
  readonly file: string | null;
  readonly mayReplace: boolean;
}

/** Adds the flags that say how rows are printed, and where. `usual` is the format without a flag. */
export function addRowFormat(command: Command, usual: 'table' | 'text'): Command {
  const formats = usual === 'table' ? ROW_FORMATS : [usual, ...ROW_FORMATS.filter((one) => one !== 'table')];
  return command
    .addOption(new Option('--format <format>', `how to print it (default: "${usual}")`).choices(formats))
    .option('--json', 'the same as --format ndjson: one JSON object a line')
    .option('--excel', 'CSV that a spreadsheet opens rightly: byte-order mark, no cell taken for a formula')
    .option('--null <text>', 'what stands for NULL in a table, CSV, TSV and Markdown')
    .option('--output <file>', 'write it into a file, whole or not at all')
    .option('--force', 'with --output: replace a file that is there');
}

/** Fails with USAGE where flags contradict each other. */
export function readRowFormat(flags: Flags, usual: 'table' | 'text'): RowOutput {
  const format = toFormat(flags, usual);
  if (typeof flags.null === 'string' && (format === 'json' || format === 'ndjson' || format === 'text'))
    throw new MirrorError('USAGE', `--null does not go with the format ${format}.`, {
      hint: 'JSON has null itself. Use --null with --format table, csv, tsv or markdown.',
    });
  if (flags.force === true && flags.output === undefined)
    throw new MirrorError('USAGE', '--force goes with --output FILE.', {
      hint: 'Leave it out, or name a file.',
    });
  return {
    format,
    isForSpreadsheet: flags.excel === true,
    ...(typeof flags.null === 'string' ? { nullText: flags.null } : {}),
    file: typeof flags.output === 'string' ? flags.output : null,
    mayReplace: flags.force === true,
  };
}

function toFormat(flags: Flags, usual: PrintFormat): PrintFormat {
  const asked = [
    ...(typeof flags.format === 'string' ? [[`--format ${flags.format}`, flags.format] as const] : []),
    ...(flags.json === true ? [['--json', 'ndjson'] as const] : []),
    ...(flags.excel === true ? [['--excel', 'csv'] as const] : []),
    ...(flags.markdown === true ? [['--markdown', 'markdown'] as const] : []),
  ];
  const [first] = asked;
  const other = asked.find(([, format]) => format !== first?.[1]);
  if (first !== undefined && other !== undefined)
    throw new MirrorError('USAGE', `${first[0]} and ${other[0]} contradict each other.`, {
      hint: 'Give one of the two.',
    });
  return (first?.[1] ?? usual) as PrintFormat;
}
