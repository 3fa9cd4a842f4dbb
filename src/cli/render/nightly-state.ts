import { listUnproven, type MirrorState } from '../../mirror/find-mirror-state.ts';
import type { NightBook } from '../../nightly/night-book.ts';
import { localizeTimes } from '../../local-time.ts';
import { renderCount, renderDuration, renderPlural } from './units.ts';

/** How the mirror is kept up to date. */
export interface NightlyState {
  readonly book: NightBook;
  /** Whether the process that the book names keeps the schedule right now. */
  readonly isKept: boolean;
  /** Whether a process writes to the mirror right now. */
  readonly isWriting: boolean;
  /** Up to when all that can be had of every list was read; null when one never was. */
  readonly freshAsOf: string | null;
  readonly now: Date;
}

export function toNightlyJson({ book, isKept, isWriting, freshAsOf, now }: NightlyState) {
  return {
    fresh_as_of: freshAsOf,
    age_ms: freshAsOf === null ? null : now.getTime() - Date.parse(freshAsOf),
    writing: isWriting,
    nightly: { kept: isKept, watch: book.watch, nights: book.nights },
  };
}

/** Says it in a few lines for a person, with times on their clock. */
export function renderNightlyState(nightly: NightlyState, state: MirrorState, timeZone: string): string {
  const { book, freshAsOf, now } = nightly;
  const age =
    freshAsOf === null
      ? 'not up to date yet: not every list was read completely'
      : `up to date as of ${freshAsOf}, ${renderDuration(now.getTime() - Date.parse(freshAsOf))} ago`;
  return [
    age,
    renderUnproven(state),
    renderAhead(state),
    renderWriting(nightly, state),
    renderWatch(nightly),
    renderLastError(book),
  ]
    .filter((line) => line !== null)
    .map((line) => `${localizeTimes(line, timeZone)}\n`)
    .join('');
}

function renderUnproven({ statuses }: MirrorState): string | null {
  const unproven = listUnproven(statuses);
  if (unproven.length === 0) return null;
  const names = unproven.map(
    ({ id, label, lastReading }) => `${id} ${label} (${lastReading?.errorCode ?? 'unknown'})`,
  );
  return `${renderPlural(unproven.length, 'list')} cannot be proven complete: ${names.join(', ')}`;
}

function renderAhead({ aheadRunIds: ids }: MirrorState): string | null {
  if (ids.length === 0) return null;
  return `the clock was ahead: ${ids.length === 1 ? 'run' : 'runs'} ${ids.join(', ')} would be of the future, and prove no freshness`;
}

function renderWriting({ isWriting }: NightlyState, { runs, statuses }: MirrorState): string | null {
  const run = runs[0];
  if (run?.outcome !== 'running')
    return isWriting ? 'a process is about to write, or tidies up after a run' : null;
  if (!isWriting) return `run ${run.id} ended without a word; the next one says so in the record`;
  const current = statuses.find(
    ({ lastSweep }) => lastSweep?.run_id === run.id && lastSweep.outcome === 'running',
  );
  const progress =
    current?.lastSweep == null
      ? ''
      : `: ${current.id} ${current.label}, ${renderCount(current.lastSweep.cases_seen)} of ${renderCount(current.lastSweep.count_first ?? 0)} cases`;
  return `run ${run.id} (${run.trigger}) goes on since ${run.started_at}${progress}`;
}

function renderWatch({ book: { watch }, isKept }: NightlyState): string | null {
  if (watch === null) return null;
  const schedule = `${JSON.stringify(watch.at)} ${watch.timezone}`;
  if (watch.is_single === true)
    return 'nightly: one night at a time, begun by a timer or by hand (--once-now)';
  if (!isKept)
    return `nightly: nobody keeps the schedule ${schedule}; it was last kept by process ${watch.process_id}`;
  if (watch.waiting === null) return `nightly: process ${watch.process_id} is at work`;
  const until = watch.until === null ? 'nothing: no other night is due' : `${watch.until} ${watch.waiting}`;
  return `nightly: process ${watch.process_id} waits until ${until}, by the schedule ${schedule}`;
}

/** Only what went wrong last, and only while nothing has gone well since. */
function renderLastError({ nights }: NightBook): string | null {
  const night = nights.find(({ outcome }) => outcome !== 'missed' && outcome !== 'running');
  if (night === undefined) return null;
  const lines = night.steps
    .filter(({ outcome }) => outcome === 'failed')
    .map(({ step, detail }) => `\n  ${step} failed: ${detail}`);
  if (night.error === null && lines.length === 0) return null;
  const why =
    night.error === null ? '' : `, ${night.error.code}: ${night.error.message}\n  ${night.error.hint}`;
  return `last night, due ${night.due_at}: ${night.outcome}${why}${lines.join('')}`;
}
