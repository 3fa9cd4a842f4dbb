import type { Period, RunMark } from '../../history/find-period.ts';

/** "run 7 (2026-01-07 03:17)", or "runs 2 to 7 (...)". */
export function toPeriodWords({ first, last }: Period): string {
  return first.id === last.id
    ? `run ${first.id} (${toMinute(first)} UTC)`
    : `runs ${first.id} to ${last.id} (${toMinute(first)} to ${toMinute(last)} UTC)`;
}

/** What a reader should know of the newest run of a period, where it did not do all of its work. */
export function toOutcomeWords({ last }: Period): string {
  if (last.outcome === 'complete') return '';
  if (last.outcome === 'running') return `Run ${last.id} is still going on.\n`;
  return `Run ${last.id} ended ${last.outcome}: see \`clearinghouse-mirror status\`. There may be changes that it did not come to see.\n`;
}

/** What is said where no run lies in the period. */
export function toNoPeriodWords(isAsked: boolean): string {
  return isAsked ? 'no run ended in that time' : 'no run has ended in this mirror yet';
}

function toMinute({ started_at }: RunMark): string {
  return started_at.slice(0, 16).replace('T', ' ');
}

/** The day of a timestamp. */
export function toDayWords(timestamp: string): string {
  return timestamp.slice(0, 10);
}
