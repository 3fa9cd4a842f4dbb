import { extname, resolve } from 'node:path';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { readDotEnv } from '../config/env-file.ts';
import {
  type Settings,
  parseSettings,
  type SettingName,
  type WrittenSettings,
  gatherSettings,
  listUnknownNames,
} from '../config/settings.ts';
import {
  SETTINGS,
  SETTINGS_OF_FILES,
  SETTINGS_OF_LOG,
  SETTINGS_OF_NIGHTLY,
  SETTINGS_OF_PUBLISHING,
  SETTINGS_OF_SNAPSHOTS,
} from '../config/specs.ts';
import { SETTINGS_OF_SYNC } from '../config/sync-specs.ts';
import type { SettingSpec } from '../config/parsers.ts';
import { readToken } from '../config/token.ts';
import { MirrorError } from '../errors/mirror-error.ts';
import { type AsOf, type AsOfClock, parseAsOf, parseSince } from '../history/moments.ts';
import type { PeriodRequest } from '../history/period.ts';
import { type Io, say } from './io.ts';
import { ROW_FORMATS, type RowFormat } from './text/rows.ts';

/** The settings of a list that have a flag. */
function listFlagged(settings: Readonly<Partial<Record<SettingName, SettingSpec>>>): SettingName[] {
  return (Object.keys(settings) as SettingName[]).filter((name) => settings[name]?.flag != null);
}

export const ALL_SETTINGS = listFlagged(SETTINGS);
export const SYNC_SETTINGS = listFlagged(SETTINGS_OF_SYNC);
export const FILE_SETTINGS = listFlagged(SETTINGS_OF_FILES);
export const SNAPSHOT_SETTINGS = listFlagged(SETTINGS_OF_SNAPSHOTS);
export const PUBLISH_SETTINGS = listFlagged(SETTINGS_OF_PUBLISHING);

/** The headings in the help of a command that takes all settings of a group. */
export const SETTING_GROUPS = [
  ['Sync settings:', SYNC_SETTINGS],
  ['Schedule settings:', listFlagged(SETTINGS_OF_NIGHTLY)],
  ['Log settings:', listFlagged(SETTINGS_OF_LOG)],
  ['Snapshot settings:', SNAPSHOT_SETTINGS],
  ['File settings:', FILE_SETTINGS],
  ['Publish settings:', PUBLISH_SETTINGS],
] as const;

/** The flags that commander parsed for one command. */
export type Flags = Readonly<Record<string, unknown>>;

/**
 * Adds the flags of these settings to a command. The help shows their defaults, which are applied later, after .env.
 */
export function addSettings(command: Command, names: readonly SettingName[]): Command {
  const groups = SETTING_GROUPS.filter(([, settings]) => settings.every((name) => names.includes(name)));
  for (const name of names) {
    const { flag, env, default: fallback, description } = SETTINGS[name];
    if (flag === null) continue;
    const notes = [`env: ${env}`, ...(fallback === undefined ? [] : [`default: ${fallback}`])].join(', ');
    const forms = isSwitch(name) ? [flag, `--no-${flag.slice(2)}`] : [flag];
    for (const [at, form] of forms.entries()) {
      const option = new Option(form, at === 0 ? `${description} (${notes})` : `The opposite of ${flag}.`);
      option.attributeName = () => name;
      const heading = groups.find(([, settings]) => settings.includes(name))?.[0];
      if (heading !== undefined) option.helpGroup(heading);
      command.addOption(option);
    }
  }
  return command;
}

/** The warnings that each process has printed, so that each is printed once. */
const warned = new WeakMap<Io, Set<string>>();

function warn(io: Io, warning: string): void {
  const said = warned.get(io) ?? new Set();
  if (!said.has(warning)) say(io.stderr, `Warning: ${warning}\n`);
  warned.set(io, said.add(warning));
}

/** The settings of a command as written: flag, environment, .env, default. Warns about names that are not settings. */
export function readWrittenSettings(
  flags: Flags,
  io: Io,
  onWarning: (warning: string) => void = (warning) => {
    warn(io, warning);
  },
): WrittenSettings {
  const texts: Partial<Record<SettingName, string>> = {};
  for (const name of ALL_SETTINGS) {
    const flag = flags[name];
    if (typeof flag === 'string') texts[name] = flag;
    if (typeof flag === 'boolean') texts[name] = flag ? 'yes' : 'no';
  }
  const dotEnv = readDotEnv(resolve(io.folder, '.env'));
  for (const warning of listUnknownNames(io.env, dotEnv)) onWarning(warning);
  return gatherSettings(texts, io.env, dotEnv.values, io.folder, dotEnv.lines);
}

export function readSettings(flags: Flags, io: Io): Settings {
  return parseSettings(readWrittenSettings(flags, io));
}

/** Settings and token, for a command that sends requests to the API. */
export function readSettingsAndToken(flags: Flags, io: Io): { settings: Settings; token: string } {
  const written = readWrittenSettings(flags, io);
  return { settings: parseSettings(written), token: readToken(written) };
}

/** A boolean setting, whose flag takes no value. */
function isSwitch(name: SettingName): boolean {
  const { flag } = SETTINGS[name];
  return flag !== null && !flag.includes('<');
}

/** The accepted forms of a time, for the help of a flag that takes one. */
export const MOMENT_HELP = `A time is a run (7), a day (2026-03-01, yesterday, "last monday"), a month (2026-03, "last month"), a time ago (36h, 7d,
"3 weeks ago"), or a timestamp (2026-03-01T03:17:00Z). A time without a zone is local.`;

/** The help text about the period, for each command that takes one. */
export const PERIOD_HELP = `--since selects the runs that ended at that time or later, --until the runs that ended by then. ${MOMENT_HELP}`;

/** The same for a command without --until. */
export const SINCE_HELP = `--since selects the runs that ended at that time or later. ${MOMENT_HELP}`;

export function addSince(command: Command): Command {
  return command.option(
    '--since <time>',
    'start with this run, or with the first run that ended at or after this time',
  );
}

export function addUntil(command: Command): Command {
  return command.option('--until <time>', 'end with this run, or with the last run that ended by this time');
}

/** The period of the flags. Fails with USAGE. */
export function readPeriod(flags: Flags, io: Io): Pick<PeriodRequest, 'since' | 'until'> {
  const { since, until } = flags;
  return {
    since: typeof since === 'string' ? parseSince(since, toClock(io)) : undefined,
    until: typeof until === 'string' ? readAsOf(until, io) : undefined,
  };
}

/** Parses a time, relative to the present time and time zone. Fails with USAGE. */
export function readAsOf(text: string, io: Io): AsOf {
  return parseAsOf(text, toClock(io));
}

const toClock = ({ runtime, timeZone }: Io): AsOfClock => ({ now: runtime.now(), timeZone });

/** Parses the maximum number of items to print; 0 means all. */
export function parseLimit(text: string): number {
  const limit = Number(text);
  if (!/^\d+$/.test(text) || !Number.isSafeInteger(limit))
    throw new InvalidArgumentError('It takes a whole number; 0 means all.');
  return limit === 0 ? Infinity : limit;
}

/** Text for people instead of rows: the default of commands that describe something. */
type PrintFormat = RowFormat | 'text';

/** The format and the target of rows. */
export interface RowOutput {
  readonly format: PrintFormat;
  readonly isForSpreadsheet: boolean;
  readonly nullText?: string;
  /** Null for standard output. */
  readonly file: string | null;
  readonly mayReplace: boolean;
}

/** Adds the flags for the format and target of rows. `usual` is the format without a flag. */
export function addRowFormat(command: Command, usual: 'table' | 'text'): Command {
  const formats = usual === 'table' ? ROW_FORMATS : [usual, ...ROW_FORMATS.filter((one) => one !== 'table')];
  return command
    .addOption(new Option('--format <format>', `output format (default: "${usual}")`).choices(formats))
    .option('--json', 'same as --format ndjson: one JSON object per line')
    .option('--excel', 'CSV for spreadsheets: with a byte-order mark, and no cell becomes a formula')
    .option('--null <text>', 'text for NULL in tables, CSV, TSV and Markdown')
    .option(
      '--output <file>',
      'write the output to a file, completely or not at all; a name in .csv, .tsv, .json, .ndjson or .md sets the format',
    )
    .option('--force', 'with --output: replace an existing file');
}

/** Fails with USAGE if flags contradict each other. */
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
  return (first?.[1] ?? toFormatOfName(flags.output) ?? usual) as PrintFormat;
}

/** The format that the name of a file promises: a table in a .csv file would open as one column. */
function toFormatOfName(file: unknown): RowFormat | undefined {
  if (typeof file !== 'string') return undefined;
  const ending = extname(file).toLowerCase();
  const format = FORMAT_OF_ENDING[ending];
  if (format === undefined && /^\.[a-z]/.test(ending) && !TEXT_ENDINGS.has(ending))
    throw new MirrorError('OUTPUT_REFUSED', `--output does not write ${ending} files.`, {
      hint: `Name a file in .csv, .tsv, .json, .ndjson, .md or .txt, or give --format. \`export\` writes Parquet, SQLite and .xlsx.`,
    });
  return format;
}

/** Endings of plain text, and those of spreadsheets, for which the check of the file has a better hint. */
const TEXT_ENDINGS: ReadonlySet<string> = new Set(
  '.txt .text .log .out .xls .xlsx .xlsm .xlsb .ods .numbers'.split(' '),
);

const FORMAT_OF_ENDING: Readonly<Partial<Record<string, RowFormat>>> = {
  '.csv': 'csv',
  '.tsv': 'tsv',
  '.json': 'json',
  '.ndjson': 'ndjson',
  '.jsonl': 'ndjson',
  '.md': 'markdown',
};
