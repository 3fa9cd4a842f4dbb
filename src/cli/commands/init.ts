import { existsSync } from 'node:fs';
import { isAbsolute, relative, resolve, sep } from 'node:path';
import type { Command } from 'commander';
import { MirrorError } from '../../errors/mirror-error.ts';
import type { ExitName } from '../../errors/exit-codes.ts';
import { SETTINGS } from '../../config/specs.ts';
import {
  parseSettings,
  parseNightlySettings,
  isPathSetting,
  type SettingName,
  type WrittenSettings,
} from '../../config/settings.ts';
import { findTokenFile, isPipe, readToken, toTokenPath } from '../../config/token.ts';
import { path as parsePath } from '../../config/parsers.ts';
import { ownCommand, say, textWidth, withStop, write, type Io } from '../io.ts';
import { toAim } from '../suggested-commands.ts';
import { renderFinding } from '../text/errors.ts';
import { addSettings, readWrittenSettings, type Flags } from '../options.ts';
import type { Runtime } from '../../api/pacing.ts';
import { parseDotEnv } from '../../config/env-file.ts';
import { examineApi } from '../../doctor/examine.ts';
import { examineDatabase, examineDisk, examineSchedule } from '../../doctor/files.ts';
import { type Finding, bad, good } from '../../doctor/finding.ts';
import { findOwnZone } from '../../lib/local-time.ts';
import { replaceFile } from '../../lib/replace-file.ts';
import { codeOf, wordsOf } from '../../lib/system-errors.ts';
import { parseSchedule } from '../../schedule/cron.ts';

export function defineOptions(command: Command): Command {
  return addSettings(
    command
      .option('--yes', 'ask nothing: take the flags, the environment and the defaults')
      .option('--replace', 'replace an existing .env'),
    ['apiUrl', 'database', 'tokenFile', 'schedule', 'timezone'],
  ).addHelpText(
    'after',
    `
init does not ask for settings from flags or the environment. Only the owner can read the file (mode 600). Without a
terminal, init asks nothing.

Examples:
  $ clearinghouse-mirror init
  $ CLEARINGHOUSE_API_TOKEN=... clearinghouse-mirror init --yes --database /data/clearinghouse.db --timezone America/Detroit`,
  );
}

export async function runCommand(flags: Flags, io: Io): Promise<ExitName> {
  const path = resolve(io.folder, '.env');
  const replaces = flags.replace === true;
  if (existsSync(path) && !replaces)
    throw new MirrorError('ENV_FILE_EXISTS', `The file ${path} already exists.`);
  let written = readWrittenSettings(flags, io);
  parseSettings(written); // An error about a setting that is not asked for has no answer as its cause.
  const mayAsk = flags.yes !== true && io.ask !== null;
  if (mayAsk) written = await confirmAddress(written, io);
  await withStop(io, async (signal) => {
    for (const question of QUESTIONS) written = await obtainSetting(question, written, mayAsk, io, signal);
  });
  const values = toEnvValues(
    written,
    QUESTIONS.map(({ setting }) => setting),
    io.folder,
  );
  writeEnvFile(path, renderEnvFile(values, io.runtime.now()), replaces);
  await write(io.stdout, `${path} is written.\n\n${renderNext(ownCommand(io), isWholeSite(written))}`);
  return 'complete';
}

/**
 * The settings to write: those that were asked for, given, or in the file before. Defaults are left out, and so are a
 * token from its own file and settings shared with other programs, which are read only from the environment.
 */
function toEnvValues(written: WrittenSettings, asked: readonly SettingName[], folder: string): EnvValues {
  const values: Partial<Record<SettingName, string>> = {};
  const file = findTokenFile(written);
  const isWanted = (name: SettingName): boolean =>
    !('isShared' in SETTINGS[name]) && (asked.includes(name) || written[name]?.place !== 'default');
  for (const name of Object.keys(written) as SettingName[]) {
    const one = written[name];
    if (one !== undefined && isWanted(name))
      values[name] = isPathSetting(name) ? toMovable(parsePath(written[name], name), folder) : one.text;
  }
  if (file !== undefined && !isPipe(toTokenPath(written))) return { ...values, token: undefined };
  return { ...values, token: readToken(written), tokenFile: undefined };
}

/** Paths inside the folder become relative, so that the file and the folder can be moved together. */
function toMovable(path: string, folder: string): string {
  const way = relative(folder, path);
  return way === '' || way === '..' || way.startsWith(`..${sep}`) || isAbsolute(way) ? path : way;
}

/** An address from an old .env is used only after the user confirms it. */
async function confirmAddress(written: WrittenSettings, io: Io): Promise<WrittenSettings> {
  const { apiUrl } = written;
  if (apiUrl?.place !== '.env' || io.ask === null) return written;
  const { origin } = parseSettings(written).apiUrl;
  const answer = await withStop(io, (signal) =>
    io.ask === null
      ? Promise.resolve('')
      : io.ask(`The .env names the API at ${origin}. Is your token for it? [y/N]: `, false, signal),
  );
  if (!/^y(es)?$/i.test(answer.trim()))
    throw new MirrorError('ADDRESS_UNTRUSTED', `Nothing was sent to ${origin}, and nothing was written.`, {
      hint: 'Set the address with --api-url, or remove it from the .env.',
    });
  return { ...written, apiUrl: { ...apiUrl, place: 'flag' } };
}

/** Whether the address is that of the Clearinghouse. Another one, such as that of the fake API, can have any number of cases. */
const isWholeSite = (written: WrittenSettings): boolean =>
  parseSettings(written).apiUrl.href === new URL(SETTINGS.apiUrl.default).href;

const renderNext = (command: string, isWhole: boolean): string => `What to run next, in this folder:
  ${command} doctor      checks everything once more
  ${command} sync        fills the mirror${isWhole ? ': some 0.9 GB, once' : ', once'}
  ${command} status      shows what is in the mirror
  ${command} nightly     keeps it up to date
To hear of failed nights, set a ping, a webhook or metrics in .env: docs/nightly.md.
`;

/** Returns a setting with a valid value: as written, or as answered. Fails with the reason why it is invalid. */
async function obtainSetting(
  question: Question,
  written: WrittenSettings,
  mayAsk: boolean,
  io: Io,
  signal: AbortSignal,
): Promise<WrittenSettings> {
  const { setting, sizeOfSite, isSecret = false, fallback } = question;
  const text =
    sizeOfSite !== undefined && isWholeSite(written) ? `${question.text} (${sizeOfSite})` : question.text;
  const isGiven = (one: SettingName): boolean =>
    written[one] !== undefined && written[one].place !== 'default' && written[one].place !== '.env';
  const isSettled = isGiven(setting) || (setting === 'token' && isGiven('tokenFile'));
  for (;;) {
    const old = written[setting]?.place === '.env' ? written[setting].text : undefined;
    const preset = old ?? fallback();
    const offer = preset === undefined ? '' : ` [${isSecret ? 'unchanged' : preset}]`;
    const answer =
      isSettled || !mayAsk || io.ask === null ? '' : await io.ask(`${text}${offer}: `, isSecret, signal);
    const chosen = answer.trim() === '' ? preset : answer.trim();
    const now: WrittenSettings =
      isSettled || chosen === undefined || (answer.trim() === '' && old !== undefined)
        ? written
        : { ...written, [setting]: { text: chosen, place: 'flag', from: 'The answer', folder: io.folder } };
    const remark = await checkAnswer(question, { written: now, runtime: io.runtime, signal });
    const isGood = remark.verdict !== 'bad';
    // Without another answer, the error says everything.
    if (!isGood && (isSettled || !mayAsk))
      throw new MirrorError(
        remark.code ?? 'SETTING_INVALID',
        remark.detail,
        remark.hint === null ? {} : { hint: remark.hint },
      );
    say(io.stderr, renderFinding({ ...remark, check: setting }, textWidth(io), io.timeZone, toAim(io, {})));
    if (isGood) return now;
  }
}

/** The values to write to the file, by setting. */
type EnvValues = Readonly<Partial<Record<SettingName, string | undefined>>>;

/** The text of a .env, with a comment for each setting. */
export function renderEnvFile(values: EnvValues, at: Date): string {
  const names = Object.keys(SETTINGS) as SettingName[];
  const lines = names
    .filter((name) => values[name] !== undefined)
    .map((name) => `# ${SETTINGS[name].description}\n${toLine(SETTINGS[name].env, values[name] ?? '')}\n`);
  return `# Settings of clearinghouse-mirror, written by its command \`init\` on ${at.toISOString().slice(0, 10)}. Keep this file to yourself.
# What else can be set, such as an address to ping after each run, a webhook for failures, metrics for Prometheus and the
# folder of snapshots: docs/configuration.md.

${lines.join('\n')}`;
}

/**
 * A line that this program, a shell, Compose and systemd all read back as the value. Fails with SETTING_INVALID if no
 * kind of quotes can hold it.
 */
function toLine(variable: string, value: string): string {
  const needsNone = /^[\w./:@%+,-]+$/.test(value); // a shell reads it unchanged
  // Other readers expand these even between double quotes.
  const isPlain = !/[\\$`]/.test(value);
  for (const quote of [...(needsNone ? [''] : []), ...(isPlain ? ['"'] : []), "'", '"', '`']) {
    const line = `${variable}=${quote}${value}${quote}`;
    if (!value.includes('\n') && parseDotEnv(line).values[variable] === value) return line;
  }
  throw new MirrorError(
    'SETTING_INVALID',
    `${variable} cannot be written into .env: it holds every kind of quotes, or a line break.`,
  );
}

/**
 * Writes the file completely or not at all, readable only by its owner. Fails with ENV_FILE_EXISTS unless an old file
 * is to be replaced, and with SETTING_INVALID if it cannot be written.
 */
function writeEnvFile(path: string, text: string, replaces: boolean): void {
  try {
    replaceFile(path, text, { mode: 0o600, mustBeNew: !replaces });
  } catch (cause) {
    if (codeOf(cause) === 'EEXIST')
      throw new MirrorError('ENV_FILE_EXISTS', `The file ${path} already exists.`, { cause });
    throw new MirrorError('SETTING_INVALID', `${path} cannot be written: ${wordsOf(cause)}.`, { cause });
  }
}

/** What is known while a question is asked. */
interface Known {
  /** The settings, including the current answer. */
  readonly written: WrittenSettings;
  readonly runtime: Runtime;
  readonly signal: AbortSignal;
}

/** The result of checking an answer: valid, not checked, or the reason why it cannot be used. */
type Remark = Pick<Finding, 'verdict' | 'detail' | 'hint' | 'code'>;

interface Question {
  readonly setting: SettingName;
  readonly text: string;
  /** Of a mirror of the whole site. */
  readonly sizeOfSite?: string;
  /** Not shown while it is typed. */
  readonly isSecret?: boolean;
  /** The meaning of an empty answer; undefined if an answer is required. */
  readonly fallback: () => string | undefined;
  readonly check: (known: Known) => Promise<Remark>;
}

/** The settings that a new mirror needs, in the order of the questions. */
const QUESTIONS: readonly Question[] = [
  {
    setting: 'token',
    text: 'Your API token (it is not shown)',
    isSecret: true,
    fallback: () => undefined,
    check: async ({ written, runtime, signal }) => {
      const settings = parseSettings(written);
      readToken(written);
      const findings: Finding[] = [];
      for await (const finding of examineApi(settings, written, runtime, signal)) findings.push(finding);
      const [token] = findings;
      if (token === undefined) throw new TypeError('the token was not looked at');
      if (token.verdict !== 'not-checked') return token;
      // If the API cannot be reached now, the token is accepted without being called valid.
      const why = findings.find(({ check, verdict }) => check === 'address' && verdict === 'bad');
      return why === undefined
        ? token
        : {
            ...token,
            detail: `not checked: only the API knows whether a token is valid, and ${why.detail}`,
            hint: why.hint,
          };
    },
  },
  {
    setting: 'database',
    text: 'The file of the mirror',
    sizeOfSite: 'about 1.2 GB',
    fallback: () => SETTINGS.database.default,
    check: async ({ written, runtime }) => {
      const { database } = parseSettings(written);
      const found = examineDatabase(database, runtime.now());
      const disk = await examineDisk(database);
      return found.verdict === 'bad' ? found : disk;
    },
  },
  {
    setting: 'timezone',
    text: 'Your time zone',
    fallback: findOwnZone,
    check: ({ written }) => {
      const { timezone, scheduleFrom } = parseNightlySettings(written);
      parseSchedule(SETTINGS.schedule.default, timezone, scheduleFrom);
      return Promise.resolve(good('schedule', timezone));
    },
  },
  {
    setting: 'schedule',
    text: 'When to sync: a time such as 03:17, or a cron expression',
    fallback: () => SETTINGS.schedule.default,
    check: ({ written, runtime }) =>
      Promise.resolve(examineSchedule(parseNightlySettings(written), runtime.now())),
  },
];

/** Checks an answer and returns the result, also for one that cannot be used. */
async function checkAnswer(question: Question, known: Known): Promise<Remark> {
  try {
    return await question.check(known);
  } catch (error) {
    if (!(error instanceof MirrorError) || known.signal.aborted) throw error;
    return bad('settings', error);
  }
}
