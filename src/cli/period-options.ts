import { InvalidArgumentError, type Command } from 'commander';
import type { PeriodRequest } from '../history/find-period.ts';
import { parseMoment } from '../history/parse-moment.ts';
import type { Flags } from './settings-options.ts';

/** What every command with a period tells of it. */
export const PERIOD_HELP = `A run is named by its number; a date is 2026-03-01, a day in UTC, or 2026-03-01T03:17:00Z. --since RUN means that run
and later ones, --until RUN that run and earlier ones. A date means the runs that ended then or later, or until then.`;

export function addSince(command: Command): Command {
  return command.option('--since <date|run>', 'from this run, or the first that ended then, on');
}

export function addUntil(command: Command): Command {
  return command.option('--until <date|run>', 'up to this run, or the last that had ended then');
}

/** The period that the flags ask for. Fails with USAGE. */
export function readPeriod(flags: Flags): Pick<PeriodRequest, 'since' | 'until'> {
  const read = (flag: unknown) => (typeof flag === 'string' ? parseMoment(flag) : undefined);
  return { since: read(flags.since), until: read(flags.until) };
}

/** Parses a number of things to print; 0 stands for all of them. */
export function parseLimit(text: string): number {
  const limit = Number(text);
  if (!/^\d+$/.test(text) || !Number.isSafeInteger(limit))
    throw new InvalidArgumentError('It takes a whole number; 0 means all.');
  return limit === 0 ? Infinity : limit;
}
