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

/** The values to write to the file, by setting. */
export type EnvValues = Readonly<Partial<Record<SettingName, string | undefined>>>;

/** The text of a .env, with a comment for each setting. */
export function renderEnvFile(values: EnvValues, at: Date): string {
  const names = Object.keys(SETTINGS) as SettingName[];
  const lines = names
    .filter((name) => values[name] !== undefined)
    .map((name) => `# ${SETTINGS[name].description}\n${toLine(SETTINGS[name].env, values[name] ?? '')}\n`);
  return `# Settings of clearinghouse-mirror, written by its command \`init\` on ${at.toISOString().slice(0, 10)}. Keep this file to yourself.
# What else can be set: docs/configuration.md.

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
export function writeEnvFile(path: string, text: string, replaces: boolean): void {
  try {
    replaceFile(path, text, { mode: 0o600, mustBeNew: !replaces });
  } catch (cause) {
    if (codeOf(cause) === 'EEXIST')
      throw new MirrorError('ENV_FILE_EXISTS', `The file ${path} already exists.`, { cause });
    throw new MirrorError('SETTING_INVALID', `${path} cannot be written: ${wordsOf(cause)}.`, { cause });
  }
}

/** What is known while a question is asked. */
export interface Known {
  /** The settings, including the current answer. */
  readonly written: WrittenSettings;
  readonly runtime: Runtime;
  readonly signal: AbortSignal;
}

/** The result of checking an answer: valid, not checked, or the reason why it cannot be used. */
export type Remark = Pick<Finding, 'verdict' | 'detail' | 'hint' | 'code'>;

export interface Question {
  readonly setting: SettingName;
  readonly text: string;
  /** Not shown while it is typed. */
  readonly isSecret?: boolean;
  /** The meaning of an empty answer; undefined if an answer is required. */
  readonly fallback: () => string | undefined;
  readonly check: (known: Known) => Promise<Remark>;
}

/** The settings that a new mirror needs, in the order of the questions. */
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
export async function checkAnswer(question: Question, known: Known): Promise<Remark> {
  try {
    return await question.check(known);
  } catch (error) {
    if (!(error instanceof MirrorError) || known.signal.aborted) throw error;
    return bad('settings', error);
  }
}
