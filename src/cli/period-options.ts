import { InvalidArgumentError, type Command } from 'commander';
import type { PeriodRequest } from '../history/find-period.ts';
import { parseMoment, type Moment } from '../history/parse-moment.ts';
import type { Io } from './io.ts';
import type { Flags } from './settings-options.ts';

/** What a moment can be, for the help of a flag that takes one. */
export const MOMENT_HELP = `A moment is a run (7), a day (2026-03-01, yesterday, "last monday"), a month (2026-03, "last month"), a time ago (36h, 7d,
"3 weeks ago"), or a time (2026-03-01T03:17:00Z). What names no zone is in local time.`;

/** What every command with a period tells of it. */
export const PERIOD_HELP = `--since means the runs that ended then or later, --until those that had ended by then. ${MOMENT_HELP}`;

export function addSince(command: Command): Command {
  return command.option('--since <moment>', 'from this run, or the first that ended then, on');
}

export function addUntil(command: Command): Command {
  return command.option('--until <moment>', 'up to this run, or the last that had ended then');
}

/** The period that the flags ask for. Fails with USAGE. */
export function readPeriod(flags: Flags, io: Io): Pick<PeriodRequest, 'since' | 'until'> {
  const read = (flag: unknown) => (typeof flag === 'string' ? readMoment(flag, io) : undefined);
  return { since: read(flags.since), until: read(flags.until) };
}

/** A moment as a person typed it, counted from now and here. Fails with USAGE. */
export function readMoment(text: string, { surroundings, timeZone }: Io): Moment {
  return parseMoment(text, { now: surroundings.now(), timeZone });
}

/** Parses a number of things to print; 0 stands for all of them. */
export function parseLimit(text: string): number {
  const limit = Number(text);
  if (!/^\d+$/.test(text) || !Number.isSafeInteger(limit))
    throw new InvalidArgumentError('It takes a whole number; 0 means all.');
  return limit === 0 ? Infinity : limit;
}
