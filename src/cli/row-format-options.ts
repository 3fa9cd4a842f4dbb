import { Option, type Command } from 'commander';
import { ROW_FORMATS, type RowFormat } from './render/rows.ts';
import type { Flags } from './settings-options.ts';

/** Adds the flags that say how rows are printed. */
export function addRowFormat(command: Command): Command {
  return command
    .addOption(new Option('--format <format>', 'how to print the rows').choices(ROW_FORMATS).default('table'))
    .option('--json', 'the same as --format json');
}

export function readRowFormat(flags: Flags): RowFormat {
  return flags.json === true ? 'json' : (flags.format as RowFormat);
}
