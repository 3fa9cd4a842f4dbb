import { examineApi } from '../doctor/examine-api.ts';
import { examineDatabase, examineDisk } from '../doctor/examine-files.ts';
import { examineSchedule } from '../doctor/examine-nights.ts';
import { bad, good, type Finding } from '../doctor/finding.ts';
import type { Surroundings } from '../clearinghouse/client.ts';
import { MirrorError } from '../errors.ts';
import { findOwnZone } from '../local-time.ts';
import { parseSchedule } from '../nightly/schedule.ts';
import { parseNightlySettings, parseSettings } from '../settings.ts';
import { readToken } from '../token.ts';
import type { SettingName, WrittenSettings } from '../written-settings.ts';
import { SETTINGS } from '../settings-list.ts';

/** What is known while the questions are asked. */
export interface Known {
  /** The settings, with the answer in hand among them. */
  readonly written: WrittenSettings;
  readonly surroundings: Surroundings;
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
    check: async ({ written, surroundings, signal }) => {
      const settings = parseSettings(written);
      readToken(written);
      const findings: Finding[] = [];
      for await (const finding of examineApi(settings, written, surroundings, signal)) findings.push(finding);
      const [token] = findings;
      if (token === undefined) throw new TypeError('the token was not looked at');
      if (token.verdict !== 'not checked') return token;
      // An API that cannot be reached right now says nothing about the token: it is taken, and not called good.
      const why = findings.find(({ check, verdict }) => check === 'address' && verdict === 'bad');
      return why === undefined ? token : { ...token, detail: `not checked: ${why.detail}`, hint: why.hint };
    },
  },
  {
    setting: 'database',
    text: 'The file of the mirror (about 1.2 GB)',
    fallback: () => SETTINGS.database.default,
    check: async ({ written, surroundings }) => {
      const { database } = parseSettings(written);
      const found = examineDatabase(database, surroundings.now());
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
      parseSchedule(SETTINGS.at.default, timezone);
      return Promise.resolve(good('schedule', timezone));
    },
  },
  {
    setting: 'at',
    text: 'When to sync: a time such as 03:17, or a cron expression',
    fallback: () => SETTINGS.at.default,
    check: ({ written, surroundings }) =>
      Promise.resolve(examineSchedule(parseNightlySettings(written), surroundings.now())),
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
