import type { Runtime } from '../api/client.ts';
import { parseDotEnv } from '../config/env-file.ts';
import { parseNightlySettings, parseSettings } from '../config/settings.ts';
import type { SettingName, WrittenSettings } from '../config/sources.ts';
import { SETTINGS } from '../config/specs.ts';
import { readToken } from '../config/token.ts';
import { examineApi } from '../doctor/api.ts';
import { examineDatabase, examineDisk, examineSchedule } from '../doctor/files.ts';
import { type Finding, bad, good } from '../doctor/finding.ts';
import { MirrorError } from '../errors/mirror-error.ts';
import { findOwnZone } from '../lib/local-time.ts';
import { replaceFile } from '../lib/replace-file.ts';
import { codeOf, wordsOf } from '../lib/system-errors.ts';
import { parseSchedule } from '../schedule/cron.ts';

/** What is to stand in the file, by setting. */
export type EnvValues = Readonly<Partial<Record<SettingName, string | undefined>>>;

/** The text of a .env, with a comment on each setting. */
export function renderEnvFile(values: EnvValues, at: Date): string {
  const names = Object.keys(SETTINGS) as SettingName[];
  const lines = names
    .filter((name) => values[name] !== undefined)
    .map((name) => `# ${SETTINGS[name].description}\n${toLine(SETTINGS[name].env, values[name] ?? '')}\n`);
  return `# Settings of clearinghouse-mirror, written by its command \`init\` on ${at.toISOString().slice(0, 10)}. Keep this file to yourself.
# What else can be set: docs/configuration.md.

${lines.join('\n')}`;
}

/** A line that is read back as that value, here, by a shell, by Compose and by systemd. Fails with SETTING_INVALID where no kind of quotes can hold it. */
function toLine(variable: string, value: string): string {
  const needsNone = /^[\w./:@%+,-]+$/.test(value); // so that a shell reads it likewise
  // Others put something in for these even between double quotes.
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
 * Writes the file for its owner's eyes alone: as a whole, or the old one stays. Fails with ENV_FILE_EXISTS unless an old
 * one is to be replaced, and with SETTING_INVALID where it cannot be written.
 */
export function writeEnvFile(path: string, text: string, replaces: boolean): void {
  try {
    replaceFile(path, text, { mode: 0o600, mustBeNew: !replaces });
  } catch (cause) {
    if (codeOf(cause) === 'EEXIST')
      throw new MirrorError('ENV_FILE_EXISTS', `There is a file ${path} already.`, { cause });
    throw new MirrorError('SETTING_INVALID', `${path} cannot be written: ${wordsOf(cause)}.`, { cause });
  }
}

/** What is known while the questions are asked. */
export interface Known {
  /** The settings, with the answer in hand among them. */
  readonly written: WrittenSettings;
  readonly runtime: Runtime;
  readonly signal: AbortSignal;
}

/** What is to be said of an answer: good, not checked, or why it cannot be used. */
export type Remark = Pick<Finding, 'verdict' | 'detail' | 'hint' | 'code'>;

export interface Question {
  readonly setting: SettingName;
  readonly text: string;
  /** Not shown while it is typed. */
  readonly isSecret?: boolean;
  /** What an empty answer means; undefined when there has to be one. */
  readonly fallback: () => string | undefined;
  readonly check: (known: Known) => Promise<Remark>;
}

/** What is needed to begin with, in the order in which it is asked for. */
export const QUESTIONS: readonly Question[] = [
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
      // An API that cannot be reached right now says nothing about the token: it is taken, and not called good.
      const why = findings.find(({ check, verdict }) => check === 'address' && verdict === 'bad');
      return why === undefined ? token : { ...token, detail: `not checked: ${why.detail}`, hint: why.hint };
    },
  },
  {
    setting: 'database',
    text: 'The file of the mirror (about 1.2 GB)',
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
      const { timezone } = parseNightlySettings(written);
      parseSchedule(SETTINGS.schedule.default, timezone);
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

/** What is to be said of an answer, also of one that cannot be used. */
export async function checkAnswer(question: Question, known: Known): Promise<Remark> {
  try {
    return await question.check(known);
  } catch (error) {
    if (!(error instanceof MirrorError) || known.signal.aborted) throw error;
    return bad('settings', error);
  }
}
