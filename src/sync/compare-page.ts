import { createHash } from 'node:crypto';
import { setImmediate as nextTick } from 'node:timers/promises';
import { fingerprint } from '../cases/fingerprint.ts';
import { splitPayload } from '../cases/split-payload.ts';
import { toCaseRows } from '../cases/to-case-rows.ts';
import type { CasePage } from '../clearinghouse/case-pages.ts';
import { parseCasePayload, type CasePayload } from '../clearinghouse/case-payload.ts';
import { listDrift, type Drift } from '../clearinghouse/payload-drift.ts';
import { toSweptStatusId, UNCLASSIFIED, type SweptStatus } from '../clearinghouse/swept-status.ts';
import type { JsonValue } from '../json.ts';
import type { FindMark, StoredMark } from '../mirror/find-mark.ts';
import type { PageCase, PageContent } from '../mirror/write-page.ts';
import type { CaseDrift, Misfit } from '../mirror/write-oddities.ts';

/** What a page brings, before it is known what the run has seen elsewhere. */
export type ComparedPage = Omit<PageContent, 'doubles'>;

/**
 * Compares the records of a page with what is stored, and makes rows of those that are new or changed. Writes nothing.
 * Lets the event loop turn after each record, so that the next page is asked for and received meanwhile.
 */
export async function comparePage(
  page: CasePage,
  status: SweptStatus,
  findMark: FindMark,
): Promise<ComparedPage> {
  const cases: PageCase[] = [];
  const misfits: Misfit[] = [];
  const drift = new Map<string, CaseDrift>();
  const marksOfPage = new Map<number, StoredMark>();
  const keepAside = (record: JsonValue, why: string, position: number): void => {
    const text = JSON.stringify(record);
    const hash = createHash('sha256').update(text).digest('hex');
    misfits.push({ record: text, fingerprint: hash, why, source: page.source, position });
  };
  for (const [position, record] of page.records.entries()) {
    const parsed = parseCasePayload(record);
    if (!parsed.isCase) {
      keepAside(record, parsed.why, position);
      continue;
    }
    const { payload } = parsed;
    const { id } = payload;
    try {
      // A list that shifts may bring a case twice on one page; the second one is compared with the first.
      const { compared, mark } = compareCase(
        payload,
        toStatusId(payload, status),
        marksOfPage.get(id) ?? findMark(id),
      );
      for (const one of [...listDrift(payload), ...listStatusDrift(payload, status)]) {
        drift.set(`${one.field} ${one.seen}`, { ...one, caseId: id });
      }
      cases.push(compared);
      marksOfPage.set(id, mark);
    } catch (error) {
      // Thrown where JSON is nested many thousands deep: it can be read, but neither compared nor written.
      if (!(error instanceof RangeError)) throw error;
      keepAside({ id }, 'nested too deeply to be stored', position);
    }
    await nextTick();
  }
  return { cases, misfits, drift: [...drift.values()] };
}

function compareCase(payload: CasePayload, statusId: number, stored: StoredMark | undefined) {
  const { id } = payload;
  const split = splitPayload(payload);
  const mark: StoredMark = { fingerprint: fingerprint(split), statusId, isDeparted: false };
  const compared: PageCase =
    stored?.fingerprint === mark.fingerprint
      ? {
          verdict: 'unchanged',
          id,
          statusId,
          restated: stored.statusId !== statusId || stored.isDeparted,
        }
      : {
          verdict: stored === undefined ? 'new' : 'changed',
          id,
          statusId,
          rows: toCaseRows(payload, split, mark.fingerprint),
        };
  return { compared, mark };
}

/**
 * The status that a case of a list comes under: the list's own, whatever its label says. Only the list of the cases
 * without a status holds others too, which come under the one that their label names.
 */
function toStatusId({ case_ongoing: label }: CasePayload, { id }: SweptStatus): number {
  return id === UNCLASSIFIED.id ? toSweptStatusId(label) : id;
}

/** The filter takes an id, the payload carries the label; that the two agree is an assumption. */
function listStatusDrift({ case_ongoing: label }: CasePayload, status: SweptStatus): Drift[] {
  if (status.id === UNCLASSIFIED.id || label === status.label || typeof label !== 'string') return [];
  return [
    { field: 'case_ongoing', expected: 'the label of the status that was asked for', seen: 'another label' },
  ];
}
