import { setImmediate as nextTick } from 'node:timers/promises';
import { fingerprint } from '../cases/fingerprint.ts';
import { splitPayload } from '../cases/split-payload.ts';
import { toCaseRows } from '../cases/to-case-rows.ts';
import type { CasePage } from '../clearinghouse/case-pages.ts';
import { parseCasePayload, type CasePayload } from '../clearinghouse/case-payload.ts';
import { listDrift } from '../clearinghouse/payload-drift.ts';
import type { FindMark, StoredMark } from '../mirror/find-mark.ts';
import type { PageCase, PageContent } from '../mirror/write-page.ts';

/**
 * Compares the records of a page with what is stored, and makes rows of those that are new or changed. Writes nothing.
 * Lets the event loop turn after each record, so that the next page is asked for and received meanwhile.
 */
export async function comparePage(
  page: CasePage,
  statusId: number,
  findMark: FindMark,
): Promise<PageContent> {
  const cases: PageCase[] = [];
  const misfits: PageContent['misfits'][number][] = [];
  const drift: PageContent['drift'][number][] = [];
  const marksOfPage = new Map<number, StoredMark>();
  for (const [position, record] of page.records.entries()) {
    const parsed = parseCasePayload(record);
    if (parsed.isCase) {
      const { payload } = parsed;
      const { id } = payload;
      for (const one of listDrift(payload)) drift.push({ ...one, caseId: id });
      // A list that shifts may bring a case twice on one page; the second one is compared with the first.
      const { compared, mark } = compareCase(payload, statusId, marksOfPage.get(id) ?? findMark(id));
      cases.push(compared);
      marksOfPage.set(id, mark);
    } else {
      misfits.push({ record, why: parsed.why, source: page.source, position });
    }
    await nextTick();
  }
  return { cases, misfits, drift };
}

function compareCase(payload: CasePayload, statusId: number, stored: StoredMark | undefined) {
  const { id } = payload;
  const split = splitPayload(payload);
  const mark: StoredMark = { fingerprint: fingerprint(split), statusId };
  const compared: PageCase =
    stored?.fingerprint === mark.fingerprint
      ? { verdict: 'unchanged', id, moved: stored.statusId !== statusId }
      : {
          verdict: stored === undefined ? 'new' : 'changed',
          id,
          rows: toCaseRows(payload, split, mark.fingerprint),
        };
  return { compared, mark };
}
