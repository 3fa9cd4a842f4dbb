import { createHash } from 'node:crypto';
import { setImmediate as nextTick } from 'node:timers/promises';
import { fingerprint } from '../cases/fingerprint.ts';
import { splitPayload } from '../cases/split-payload.ts';
import { toCaseRows } from '../cases/to-case-rows.ts';
import { parseCasePayload, type CasePayload } from '../clearinghouse/case-payload.ts';
import { decodeStrayBytes } from '../clearinghouse/decode-body.ts';
import { findCaseId } from '../clearinghouse/split-page.ts';
import type { OddBytes, PageRecord } from '../clearinghouse/page-record.ts';
import { listDrift, type Drift } from '../clearinghouse/payload-drift.ts';
import { toSweptStatusId, UNCLASSIFIED, type SweptStatus } from '../clearinghouse/swept-status.ts';
import type { JsonValue } from '../json.ts';
import type { FindKnownText, FindMark, StoredMark } from '../mirror/find-mark.ts';
import { isOfAnotherList } from './judge-labels.ts';
import type { PageCase, PageContent } from '../mirror/write-page.ts';
import type { CaseDrift, Misfit } from '../mirror/write-oddities.ts';

/** What a page brings, before it is known what the run has seen elsewhere. */
export type ComparedPage = Omit<PageContent, 'doubles'> & {
  /** How many of its cases carry the label of another list. */
  readonly ofOthers: number;
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
 * asked for and received meanwhile.
 */
export async function comparePage(
  page: ComparablePage,
  status: SweptStatus,
  { findMark, findKnownText }: CaseFinder,
): Promise<ComparedPage> {
  const cases: PageCase[] = [];
  const misfits: Misfit[] = [];
  const drift = new Map<string, CaseDrift>();
  let ofOthers = 0;
  const marksOfPage = new Map<number, StoredMark>();
  const positionOf = (at: number): number => (page.firstPosition ?? 0) + at;
  const keepAside = (record: JsonValue, why: string, at: number): void => {
    const text = toRecordText(record, page.records[at]?.textHash ?? null);
    const hash = createHash('sha256').update(text).digest('hex');
    const place = { source: page.source, position: positionOf(at) };
    misfits.push({
      record: text,
      bytes: null,
      fingerprint: hash,
      caseId: null,
      isStored: false,
      why,
      ...place,
    });
  };
  const keepBytes = (odd: OddBytes, caseId: number | null, at: number): void => {
    misfits.push({ ...toOddMisfit(odd, caseId), source: page.source, position: positionOf(at) });
  };
  const add = ({ compared, mark }: Comparison): void => {
    cases.push(compared);
    marksOfPage.set(compared.id, mark);
  };
  for (const [position, record] of page.records.entries()) {
    const known = record.textHash === null ? undefined : findKnownText(record.textHash);
    // A list that shifts may bring a case twice on one page; the second one is compared with the first.
    if (known !== undefined && !marksOfPage.has(known.caseId) && fitsStatus(known.label, status)) {
      add(toUnchanged(known.caseId, toStatusId(known.label, status), known.mark, null));
      continue;
    }
    if (record.odd?.isRead === false) {
      keepBytes(record.odd, findCaseId(record.odd.bytes) ?? null, position);
      continue;
    }
    const parsed = parseCasePayload(record.value());
    if (!parsed.isCase && record.odd !== undefined) {
      keepBytes({ ...record.odd, why: `${parsed.why}; ${record.odd.why}`, isRead: false }, null, position);
      continue;
    }
    if (!parsed.isCase) {
      keepAside(record.value(), parsed.why, position);
      continue;
    }
    const { payload } = parsed;
    const { id } = payload;
    try {
      if (isOfAnotherList(payload.case_ongoing, status)) ofOthers++;
      const drifted = [...listDrift(payload), ...listStatusDrift(payload, status)];
      // Drift is recorded each night anew, so a case that drifts is read each night.
      const textHash = drifted.length === 0 ? record.textHash : null;
      const stored = marksOfPage.get(id) ?? findMark(id);
      add(compareCase(payload, toStatusId(payload.case_ongoing, status), stored, textHash));
      if (record.odd !== undefined) keepBytes(record.odd, id, position);
      for (const one of drifted) drift.set(`${one.field} ${one.seen}`, { ...one, caseId: id });
    } catch (error) {
      // Thrown where JSON is nested many thousands deep: it can be read, but neither compared nor written.
      if (!(error instanceof RangeError)) throw error;
      keepAside({ id }, 'nested too deeply to be stored', position);
    }
    await nextTick();
  }
  return { cases, misfits, drift: [...drift.values()], ofOthers };
}

function toOddMisfit({ why, bytes, isRead }: OddBytes, caseId: number | null) {
  return {
    record: JSON.stringify(decodeStrayBytes(bytes)),
    bytes,
    fingerprint: createHash('sha256').update(bytes).digest('hex'),
    caseId,
    isStored: isRead,
    why,
  };
}

/** The text of a record that is kept aside; of one that is nested too deeply to be written, by which bytes it is known. */
function toRecordText(record: JsonValue, textHash: string | null): string {
  try {
    return JSON.stringify(record);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    return JSON.stringify({ too_deep_to_be_kept: textHash });
  }
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

/**
 * The status that a case of a list comes under: the list's own, whatever its label says. Only the list of the cases
 * without a status holds others too, which come under the one that their label names.
 */
function toStatusId(label: JsonValue | undefined, { id }: SweptStatus): number {
  return id === UNCLASSIFIED.id ? toSweptStatusId(label) : id;
}

/** The filter takes an id, the payload carries the label; that the two agree is an assumption. */
function fitsStatus(label: JsonValue | undefined, status: SweptStatus): boolean {
  return status.id === UNCLASSIFIED.id || label === status.label || typeof label !== 'string';
}

function listStatusDrift({ case_ongoing: label }: CasePayload, status: SweptStatus): Drift[] {
  if (fitsStatus(label, status)) return [];
  return [
    { field: 'case_ongoing', expected: 'the label of the status that was asked for', seen: 'another label' },
  ];
}
