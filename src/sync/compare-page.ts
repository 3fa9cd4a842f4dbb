import { createHash } from 'node:crypto';
import { setImmediate as nextTick } from 'node:timers/promises';
import { fingerprint, splitPayload } from '../cases/fingerprint.ts';
import { toCaseRows } from '../cases/to-case-rows.ts';
import type { CasePayload } from '../clearinghouse/case-payload.ts';
import { decodeStrayBytes } from '../clearinghouse/decode-body.ts';
import { findCaseId } from '../clearinghouse/split-page.ts';
import type { OddBytes, PageRecord } from '../clearinghouse/page-record.ts';
import { listDrift, type Drift } from '../clearinghouse/payload-drift.ts';
import { UNCLASSIFIED, type SweptStatus } from '../clearinghouse/swept-status.ts';
import type { JsonValue } from '../json.ts';
import type { FindKnownText, FindMark, StoredMark } from '../mirror/find-mark.ts';
import { isOfAnotherList, toCasePlace, type CaseLabels, type CasePlace } from './judge-labels.ts';
import type { PageCase, PageContent } from '../mirror/write-page.ts';
import type { CaseDrift, Misfit } from '../mirror/write-oddities.ts';

/** What a page brings, before it is known what the run has seen elsewhere. */
export type ComparedPage = Omit<PageContent, 'doubles'> & {
  /** How many of its cases carry the label of another list. */
  readonly ofOthers: number;
  /** Those of its cases that no label of their own puts under a status. */
  readonly unnamed: ReadonlySet<number>;
};

/** The records of a page, or a part of them. */
export interface ComparablePage {
  readonly source: string;
  readonly records: readonly PageRecord[];
  /** The place of the first of them on the page, from 0. */
  readonly firstPosition?: number;
}

/** How the stored cases are looked up. */
export interface CaseFinder {
  readonly findMark: FindMark;
  readonly findKnownText: FindKnownText;
}

/**
 * Compares the records of a page with what is stored, and makes rows of those that are new or changed. Writes nothing.
 * A record whose bytes are known is not read. Lets the event loop turn after each one that is, so that the next page is
 * asked for and received meanwhile. `status` is null for a case that was asked for by its id.
 */
export async function comparePage(
  page: ComparablePage,
  status: SweptStatus | null,
  { findMark, findKnownText }: CaseFinder,
): Promise<ComparedPage> {
  const cases: PageCase[] = [];
  const misfits: Misfit[] = [];
  const drift = new Map<string, CaseDrift>();
  let ofOthers = 0;
  const unnamed = new Set<number>();
  const marksOfPage = new Map<number, StoredMark>();
  const positionOf = (at: number): number => (page.firstPosition ?? 0) + at;
  const keepBytes = (odd: OddBytes, storedAs: number | null, at: number): void => {
    misfits.push({ ...toMisfit(odd, storedAs), source: page.source, position: positionOf(at) });
  };
  const add = ({ compared, mark }: Comparison): void => {
    cases.push(compared);
    marksOfPage.set(compared.id, mark);
  };
  const placeCase = (id: number, label: JsonValue | undefined, stored: StoredMark | undefined): CasePlace => {
    const place = toCasePlace(label, status, stored?.statusId);
    if (place.isNamed) unnamed.delete(id);
    else unnamed.add(id);
    return place;
  };
  for (const [position, record] of page.records.entries()) {
    if (record.payload === null) {
      keepBytes(record.odd, null, position);
      continue;
    }
    const known = record.textHash === null ? undefined : findKnownText(record.textHash);
    // A list that shifts may bring a case twice on one page; the second one is compared with the first.
    if (
      known !== undefined &&
      !marksOfPage.has(known.caseId) &&
      fitsStatus({ case_ongoing: known.label, case_status: known.caseStatus }, status)
    ) {
      const { statusId } = placeCase(known.caseId, known.label, known.mark);
      add(toUnchanged(known.caseId, statusId, known.mark, null));
      continue;
    }
    const payload = record.payload();
    const { id } = payload;
    if (status !== null && isOfAnotherList(payload, status)) ofOthers++;
    const drifted = [...listDrift(payload), ...listStatusDrift(payload, status)];
    // Drift is recorded each night anew, so a case that drifts is read each night.
    const textHash = drifted.length === 0 ? record.textHash : null;
    const stored = marksOfPage.get(id) ?? findMark(id);
    add(compareCase(payload, placeCase(id, payload.case_ongoing, stored).statusId, stored, textHash));
    if (record.odd !== undefined) keepBytes(record.odd, id, position);
    for (const one of drifted) drift.set(`${one.field} ${one.seen}`, { ...one, caseId: id });
    await nextTick();
  }
  return { cases, misfits, drift: [...drift.values()], ofOthers, unnamed };
}

function toMisfit({ why, bytes, isJson }: OddBytes, storedAs: number | null) {
  const text = decodeStrayBytes(bytes);
  return {
    record: isJson ? text : JSON.stringify(text),
    bytes,
    fingerprint: createHash('sha256').update(bytes).digest('hex'),
    caseId: storedAs ?? findCaseId(bytes) ?? null,
    isStored: storedAs !== null,
    why,
  };
}

interface Comparison {
  readonly compared: PageCase;
  /** What is stored of the case once the page is. */
  readonly mark: StoredMark;
}

function compareCase(
  payload: CasePayload,
  statusId: number,
  stored: StoredMark | undefined,
  textHash: string | null,
): Comparison {
  const { id } = payload;
  const split = splitPayload(payload);
  const hash = fingerprint(split);
  if (stored?.fingerprint === hash) return toUnchanged(id, statusId, stored, textHash);
  const verdict = stored === undefined ? 'new' : 'changed';
  return {
    compared: { verdict, id, statusId, textHash, rows: toCaseRows(payload, split, hash) },
    mark: { fingerprint: hash, statusId, isDeparted: false },
  };
}

function toUnchanged(id: number, statusId: number, stored: StoredMark, textHash: string | null): Comparison {
  const restated = stored.statusId !== statusId || stored.isDeparted;
  return {
    compared: { verdict: 'unchanged', id, statusId, textHash, restated, fingerprint: stored.fingerprint },
    mark: { fingerprint: stored.fingerprint, statusId, isDeparted: false },
  };
}

/** The filter takes an id, the payload carries the label; that the two agree is an assumption. */
function fitsStatus(labels: CaseLabels, status: SweptStatus | null): boolean {
  if (status === null) return true;
  if (status.id === UNCLASSIFIED.id) return !isOfAnotherList(labels, status);
  return labels.case_ongoing === status.label || typeof labels.case_ongoing !== 'string';
}

function listStatusDrift(payload: CasePayload, status: SweptStatus | null): Drift[] {
  if (status === null || fitsStatus(payload, status)) return [];
  const field = status.id === UNCLASSIFIED.id ? 'case_status' : 'case_ongoing';
  return [{ field, expected: 'the label of the status that was asked for', seen: 'another label' }];
}
