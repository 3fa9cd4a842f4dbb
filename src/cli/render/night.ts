import type { Night } from '../../nightly/night-book.ts';
import type { RunPlan, WaitPlan } from '../../nightly/plan-night.ts';
import { renderPlural } from './units.ts';

/** What a process waits for, in words. */
export function renderWaiting({ until, waiting }: WaitPlan): string {
  if (until === null) return 'No other night is due.';
  const at = until.toISOString();
  if (waiting === 'to try again') return `The night is tried again at ${at}.`;
  return `The next night begins at ${at}.`;
}

export function renderNightBeginning(
  { due, isLate, statuses }: RunPlan,
  { attempts }: Night,
  missed: number,
): string {
  const which = `The night of ${due.toISOString()}`;
  const times = attempts > 1 ? `, try ${attempts}` : isLate ? ', made up for' : '';
  const before = missed > 0 ? `; ${renderPlural(missed, 'night')} before it had been missed` : '';
  const what = statuses.length === 0 ? 'every list was swept since' : renderPlural(statuses.length, 'list');
  return `${which}${times}: ${what}${before}.`;
}

export function renderNightEnding({ due_at, outcome, is_over, attempts, error, steps }: Night): string {
  const why = error === null ? '' : ` [${error.code}]`;
  const tries = attempts > 1 ? ` after ${attempts} tries` : '';
  const given = is_over && (outcome === 'partial' || outcome === 'failed') ? ', and is given up' : '';
  const after = steps.map(({ step, outcome: ended, detail }) => `\n  ${step}: ${ended}, ${detail}`).join('');
  return `The night of ${due_at} is ${outcome}${tries}${given}${why}.${after}`;
}
