import { CASE_STATUSES, ONGOING_LISTS } from '../../src/api/lists.ts';
import type { Random } from '../../fake-api/invent/random.ts';
import { makeAttachment, makeCase, makeDocket, makeEntry, type MadeCase } from '../support/make-case.ts';

/** The labels of the cases in a collection; some lists stay empty. */
const LABELS: readonly (string | null)[] = [...ONGOING_LISTS.slice(0, 4).map(({ label }) => label), null];

/** A case with its own small docket, with or without a status. */
export function inventSmallCase(id: number, random: Random): MadeCase {
  const label = random.pick(random.chance(0.6) ? LABELS.slice(0, 2) : LABELS);
  const entries = Array.from({ length: random.below(4) }, (_, index) =>
    makeEntry({
      id: id * 10 + index,
      row_number: index + 1,
      attachments: random.chance(0.3) ? [makeAttachment(1), makeAttachment(2)] : null,
    }),
  );
  return makeCase({
    id,
    name: `Invented case ${id}`,
    case_ongoing: label,
    case_status:
      label === null && random.chance(0.8) ? 'In Process (Public)' : random.pick(CASE_STATUSES).label,
    main_docket: random.chance(0.1) ? null : makeDocket({ id, docket_entries: entries }),
  });
}
