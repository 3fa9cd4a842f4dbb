import { CASE_STATUSES, ONGOING_STATUSES } from '../clearinghouse/swept-status.ts';
import { MirrorError } from '../errors.ts';
import { showsMissing, type StatusReport } from './run-report.ts';

/* What the lists of a run say of each other. A list that is in doubt proves nothing of what is missing from it. */

/** Lists of which no case can stand in two: together they hold no more cases than the API has. */
export const DISJOINT_LISTS: readonly (readonly number[])[] = [
  ONGOING_STATUSES.map(({ id }) => id),
  CASE_STATUSES.map(({ id }) => id),
];

export type Counts = ReadonlyMap<number, number | null>;

/** Whether lists count more cases together than the API has without a filter. Unknown counts cannot make it so. */
export function isAboveWhole(listIds: readonly number[], counts: Counts, whole: number | null): boolean {
  return whole !== null && listIds.reduce((sum, id) => sum + (counts.get(id) ?? 0), 0) > whole;
}

/** Puts in doubt a list that shared cases with another one, though none of them says by its label where it belongs. */
export function doubtShared(report: StatusReport, shared: number): StatusReport {
  if (shared === 0) return report;
  const cases = shared === 1 ? '1 case' : `${shared} cases`;
  return doubt(
    report,
    new MirrorError(
      'LISTS_OVERLAP',
      `The list "${report.status.label}" held ${cases} without a label that stood in another list, too.`,
    ),
  );
}

/** Puts in doubt a list that counts more cases, together with others, than the API has. An empty list adds nothing. */
export function doubtAboveWhole(report: StatusReport, whole: number | null): StatusReport {
  if (whole === null || (report.figures.count_last ?? 0) === 0) return report;
  const message = `The lists count more cases together than the ${whole} that the API has without a filter; asked twice.`;
  return doubt(report, new MirrorError('LISTS_ABOVE_WHOLE', message));
}

/** Whether it is in doubt that the cases of the list belong there. */
export function isDoubted({ error }: StatusReport): boolean {
  return error !== null && ['ANOTHER_LIST', 'LISTS_OVERLAP', 'LISTS_ABOVE_WHOLE'].includes(error.code);
}

/** A list that could prove something proves it no longer; one that could not keeps its own reason. */
function doubt(report: StatusReport, error: MirrorError): StatusReport {
  return showsMissing(report) ? { ...report, outcome: 'partial', error } : report;
}
