import { ONGOING_LISTS } from '../api/lists.ts';
import type { Mirror } from '../db/open-mirror.ts';
import { listPendingRedactions } from '../db/redact.ts';
import { MirrorError } from '../errors/mirror-error.ts';
import { listClosest, suggestNames } from '../lib/closest-names.ts';
import type { Period } from './period.ts';

/**
 * Converts the status that a user gives: an id or a label of any case, or one of {@link NO_STATUSES}. Fails with USAGE.
 */
export function findStatus({ sqlite }: Mirror, text: string): string {
  const wanted = text.trim().toLowerCase();
  const known = ONGOING_LISTS.find(
    ({ id, label }) => String(id) === wanted || label.toLowerCase() === wanted,
  )?.label;
  if (known !== undefined) return known;
  const seen = sqlite
    .prepare<[], string>('SELECT DISTINCT case_ongoing FROM cases WHERE case_ongoing IS NOT NULL')
    .pluck()
    .all();
  const found = [...Object.values(NO_STATUSES), ...seen].find((label) =>
    [label.toLowerCase(), label.toLowerCase().replace(/^\((.*)\)$/, '$1')].includes(wanted),
  );
  if (found !== undefined) return found;
  const labels = [...ONGOING_LISTS.map(({ label }) => label), ...Object.keys(NO_STATUSES)];
  throw new MirrorError('USAGE', `There is no status "${text}".`, {
    hint: toHint(text, labels),
  });
}

function toHint(text: string, labels: readonly string[]): string {
  const quote = (label: string): string => `"${label}"`;
  const suggested = suggestNames(listClosest(text, labels, 1).map(quote));
  const all = `Give one of ${labels.map(quote).join(', ')}.`;
  return suggested === null ? all : `${suggested} ${all}`;
}

/**
 * What takes the place of a status for a case that was not in the mirror yet, that left the site, or that has no
 * status.
 */
export const NO_STATUSES = { new: '(new)', departed: '(departed)', none: '(none)' } as const;

export interface TransitionCount {
  readonly from_status: string;
  readonly to_status: string;
  /** The number of moves; a case that moved twice counts twice. */
  readonly moves: number;
  readonly cases: number;
}

/** Sorts in the API's order; then other statuses; last what is not a status. */
export function orderStatuses(counts: readonly TransitionCount[]): string[] {
  const found = new Set(counts.flatMap(({ from_status, to_status }) => [from_status, to_status]));
  const known = ONGOING_LISTS.map(({ label }): string => label);
  const special: readonly string[] = [NO_STATUSES.none, NO_STATUSES.new, NO_STATUSES.departed];
  const others = [...found].filter((status) => !known.includes(status) && !special.includes(status)).sort();
  return [...known, ...others, ...special].filter((status) => found.has(status));
}

export interface Transition {
  readonly run_id: number;
  readonly changed_at: string;
  readonly case_id: number;
  readonly case_name: string | null;
  readonly from_status: string;
  readonly to_status: string;
}

export interface TransitionFilter {
  readonly period: Period;
  readonly from?: string | undefined;
  readonly to?: string | undefined;
  /** Whether new cases are included. If `from` asks for new cases, they are always included. */
  readonly withNew: boolean;
}

/**
 * The status of a case when it was first stored or after a change. The next change of its label has it as the old
 * value.
 */
const statusBeforeNext = (condition: string): string => `coalesce(
    (SELECT CASE json_type(later.old_value) WHEN 'text' THEN later.old_value ->> '$' ELSE '${NO_STATUSES.none}' END FROM case_changes AS later
      WHERE later.case_id = cases.id AND later.field = 'case_ongoing' ${condition} ORDER BY later.id LIMIT 1),
    cases.case_ongoing, '${NO_STATUSES.none}')`;

/** Changes of the label, and arrivals and departures, so that the moves into and out of each status add up. */
const MOVES = `
  SELECT run_id, changed_at, case_id, from_status, to_status FROM status_transitions
    WHERE run_id BETWEEN :first AND :last
  UNION ALL
  SELECT gone.run_id, gone.changed_at, gone.case_id, ${statusBeforeNext('AND later.run_id > gone.run_id')}, '${NO_STATUSES.departed}'
    FROM case_changes AS gone JOIN cases ON cases.id = gone.case_id
    WHERE gone.field = 'mirror_departed_run_id' AND gone.new_value <> 'null' AND gone.run_id BETWEEN :first AND :last
  UNION ALL
  SELECT back.run_id, back.changed_at, back.case_id, '${NO_STATUSES.departed}', ${statusBeforeNext('AND later.run_id >= back.run_id')}
    FROM case_changes AS back JOIN cases ON cases.id = back.case_id
    WHERE back.field = 'mirror_departed_run_id' AND back.new_value = 'null' AND back.run_id BETWEEN :first AND :last
  UNION ALL
  SELECT cases.mirror_first_run_id, sync_runs.started_at, cases.id, '${NO_STATUSES.new}', ${statusBeforeNext('')}
    FROM cases JOIN sync_runs ON sync_runs.id = cases.mirror_first_run_id
    WHERE cases.mirror_first_run_id BETWEEN :first AND :last`;

/** How many cases moved from each status to each other status. */
export function countTransitions({ sqlite }: Mirror, { first, last }: Period): TransitionCount[] {
  return sqlite
    .prepare<[object], TransitionCount>(
      `SELECT from_status, to_status, count(*) AS moves, count(DISTINCT case_id) AS cases
       FROM (${MOVES}) GROUP BY from_status, to_status ORDER BY from_status, to_status`,
    )
    .all({ first: first.id, last: last.id });
}

/** The moves, grouped by kind and ordered by time within each kind. Read while iterating. */
export function listTransitions({ sqlite }: Mirror, filter: TransitionFilter): Iterable<Transition> {
  const { period, from, to, withNew } = filter;
  const conditions = [
    ...(from === undefined ? [] : ['from_status = :from']),
    ...(to === undefined ? [] : ['to_status = :to']),
    ...(from === undefined && !withNew ? [`from_status <> '${NO_STATUSES.new}'`] : []),
  ];
  return sqlite
    .prepare<[object], Transition>(
      `SELECT run_id, changed_at, case_id, (SELECT name FROM cases WHERE cases.id = case_id) AS case_name, from_status, to_status
       FROM (${MOVES}) ${conditions.length === 0 ? '' : `WHERE ${conditions.join(' AND ')}`}
       ORDER BY from_status, to_status, run_id, case_id`,
    )
    .iterate({ first: period.first.id, last: period.last.id, from, to });
}

/** How long cases had a status, as far as the mirror observed it. */
export interface SpellFigures {
  readonly status: string;
  readonly spells: number;
  /** Spells whose start and end the mirror observed. */
  readonly whole_spells: number;
  readonly median_days_of_whole: number | null;
  /** All spells; for one that started earlier or still continues, the observed days count. */
  readonly median_days_seen: number;
}

/** Counts the spells of each status over all runs. For an odd number, the two middle places are the same. */
export function listSpells({ sqlite }: Mirror): SpellFigures[] {
  return sqlite
    .prepare<[], SpellFigures>(
      `WITH spells AS (
        SELECT status, days, began_at IS NOT NULL AND ended_at IS NOT NULL AS is_whole FROM status_spells
      ),
      ranked AS (
        SELECT status, days, is_whole,
          row_number() OVER of_all AS place, count(*) OVER (PARTITION BY status) AS size,
          row_number() OVER of_alike AS place_alike, count(*) OVER (PARTITION BY status, is_whole) AS size_alike
        FROM spells
        WINDOW of_all AS (PARTITION BY status ORDER BY days), of_alike AS (PARTITION BY status, is_whole ORDER BY days)
      )
      SELECT status, count(*) AS spells, sum(is_whole) AS whole_spells,
        round(avg(CASE WHEN is_whole AND place_alike IN ((size_alike + 1) / 2, (size_alike + 2) / 2) THEN days END), 1)
          AS median_days_of_whole,
        round(avg(CASE WHEN place IN ((size + 1) / 2, (size + 2) / 2) THEN days END), 1) AS median_days_seen
      FROM ranked GROUP BY status ORDER BY spells DESC, status`,
    )
    .all();
}

/** A row of the view `departed_cases`, and whether its redaction is still pending. */
export interface DepartedCase {
  readonly id: number;
  readonly name: string | null;
  readonly case_ongoing: string | null;
  readonly case_status: string | null;
  readonly court: string | null;
  readonly filing_date: string | null;
  readonly departed_run_id: number;
  readonly departed_at: string;
  readonly first_seen_at: string;
  readonly redacted_at: string | null;
  readonly is_redaction_pending: boolean;
}

/** The cases that left the site, newest departure first. Read while iterating. */
export function* listDeparted(mirror: Mirror): Generator<DepartedCase> {
  const pending = new Set(listPendingRedactions(mirror).flatMap(({ caseIds }) => caseIds));
  const rows = mirror.sqlite.prepare<[], Omit<DepartedCase, 'is_redaction_pending'>>(
    'SELECT * FROM departed_cases ORDER BY departed_run_id DESC, id',
  );
  for (const row of rows.iterate()) yield { ...row, is_redaction_pending: pending.has(row.id) };
}
