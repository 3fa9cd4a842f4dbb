import { examine, type Finding } from '../doctor/examine.ts';
import type { Surroundings } from '../clearinghouse/client.ts';
import { messageOf, MirrorError } from '../errors.ts';
import { parseSchedule } from '../nightly/schedule.ts';
import { parseNightlySettings } from '../settings-nightly.ts';
import { readToken } from '../settings.ts';
import type { SettingName, WrittenSettings } from '../written-settings.ts';
import { SETTINGS } from '../settings-list.ts';

/** What is known while the questions are asked. */
export interface Known {
  /** The settings, with the answer in hand among them. */
  readonly written: WrittenSettings;
  readonly surroundings: Surroundings;
  readonly signal: AbortSignal;
}

/** What is to be said of an answer. */
export interface Remark {
  readonly isGood: boolean;
  readonly text: string;
  readonly hint?: string | null;
}

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
    check: async (known) => {
      readToken(known.written);
      const findings = await look(known);
      const token = findings.find(({ check }) => check === 'token');
      const address = findings.find(({ check, verdict }) => check === 'address' && verdict === 'bad');
      if (token?.verdict === 'bad') return toRemark(token);
      // An API that cannot be reached right now says nothing about the token.
      if (address !== undefined) return { ...toRemark(address), isGood: true };
      if (token === undefined) throw new TypeError('the token was not looked at');
      return toRemark(token);
    },
  },
  {
    setting: 'database',
    text: 'The file of the mirror (about 1.2 GB)',
    fallback: () => SETTINGS.database.default,
    check: async (known) => {
      const findings = (await look(known)).filter(({ check }) => check === 'database' || check === 'disk');
      const worst = findings.find(({ verdict }) => verdict === 'bad') ?? findings.at(-1);
      if (worst === undefined) throw new TypeError('the disk was not looked at');
      return toRemark(worst);
    },
  },
  {
    setting: 'timezone',
    text: 'Your time zone',
    fallback: () => new Intl.DateTimeFormat().resolvedOptions().timeZone,
    check: ({ written }) => {
      const { timezone } = parseNightlySettings(written);
      parseSchedule(SETTINGS.at.default, timezone);
      return Promise.resolve({ isGood: true, text: timezone });
    },
  },
  {
    setting: 'at',
    text: 'When to sync, as a cron expression (minute hour day month weekday)',
    fallback: () => SETTINGS.at.default,
    check: ({ written, surroundings }) => {
      const { at, timezone } = parseNightlySettings(written);
      const next = parseSchedule(at, timezone).findNext(surroundings.now());
      return Promise.resolve({ isGood: true, text: `next at ${next?.toISOString() ?? 'no time'}` });
    },
  },
];

/** What is to be said of an answer, also of one that cannot be used. */
export async function checkAnswer(question: Question, known: Known): Promise<Remark> {
  try {
    return await question.check(known);
  } catch (error) {
    if (!(error instanceof MirrorError)) throw error;
    return { isGood: false, text: messageOf(error), hint: error.hint };
  }
}

async function look({ written, surroundings, signal }: Known): Promise<Finding[]> {
  const findings: Finding[] = [];
  for await (const finding of examine(written, surroundings, signal)) {
    // Settings that cannot be read are all that was looked at.
    if (finding.check === 'settings' && finding.verdict === 'bad')
      throw new MirrorError(
        'SETTING_INVALID',
        finding.detail,
        finding.hint === null ? {} : { hint: finding.hint },
      );
    findings.push(finding);
  }
  return findings;
}

function toRemark({ verdict, detail, hint }: Finding): Remark {
  return { isGood: verdict !== 'bad', text: detail, hint };
}
