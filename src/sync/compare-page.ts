import { createHash } from 'node:crypto';
import { setImmediate as nextTick } from 'node:timers/promises';
import { decodeStrayBytes } from '../api/decode-body.ts';
import { CASE_STATUSES, ONGOING_LISTS, type ApiList, UNCLASSIFIED, toApiListId } from '../api/lists.ts';
import type { OddBytes, PageRecord } from '../api/page-records.ts';
import { type CaseContent, toWholePayload } from '../api/plain-entries.ts';
import { type Drift, listDrift } from '../api/schema-drift.ts';
import { findCaseId } from '../api/split-page.ts';
import { type CaseRows, toCaseRows } from '../case/case-rows.ts';
import { fingerprint, splitPayload } from '../case/fingerprint.ts';
import { type IsWithheld, withoutNames } from '../case/related-names.ts';
import type { FindKnownRecord, FindStoredVersion, StoredVersion } from '../db/read-case.ts';
import type { CaseDrift, RejectedRecord, PageCase, PageContent } from '../db/write-page.ts';
import { MirrorError } from '../errors/mirror-error.ts';
import type { JsonValue } from '../lib/json.ts';
import { renderPlural } from '../lib/layout.ts';

/** The cases that a run has seen so far, each with the list that held it last. Ids only: a few bytes per case. */
export class SeenCases {
  readonly #statusOf = new Map<number, number>();
  readonly #rejectedRecords = new Set<number>();
  readonly #inSeveral = new Set<number>();
  readonly #unnamed = new Map<number, number>();
  readonly #shared = new Map<number, Set<number>>();

  /** Records that a list holds a case. Returns the other list in which this run saw the case before, if any. */
  see(caseId: number, listId: number): number | undefined {
    const earlier = this.#statusOf.get(caseId);
    this.#statusOf.set(caseId, listId);
    this.#unnamed.delete(caseId);
    if (earlier === undefined || earlier === listId) return undefined;
    this.#inSeveral.add(caseId);
    return earlier;
  }

  /**
   * Records that a list holds a case that does not have the label of the list. `isSame`: whether its content is the
   * same as in the list before. Returns the other list, as `see` does.
   */
  seeUnnamed(caseId: number, listId: number, isSame: boolean): number | undefined {
    const earlier = this.see(caseId, listId);
    if (!this.#inSeveral.has(caseId)) this.#unnamed.set(caseId, listId);
    // The list of the unclassified cases may also hold cases of the five lists.
    if (earlier !== undefined && isSame && earlier !== UNCLASSIFIED.id && listId !== UNCLASSIFIED.id)
      for (const id of [earlier, listId])
        this.#shared.set(id, (this.#shared.get(id) ?? new Set()).add(caseId));
    return earlier;
  }

  /** The number of cases without a label that the list shares with other lists of the run. */
  countShared(listId: number): number {
    return this.#shared.get(listId)?.size ?? 0;
  }

  /** Cases without a label that were in only one list, each with this list. */
  get unnamed(): ReadonlyMap<number, number> {
    return this.#unnamed;
  }

  get size(): number {
    return this.#statusOf.size;
  }

  /** Records that a case was seen but could not be read. */
  seeRejectedRecords(caseId: number): void {
    this.#rejectedRecords.add(caseId);
  }

  /** Whether a list of this run held the case, readable or not. */
  has(caseId: number): boolean {
    return this.#statusOf.has(caseId) || this.#rejectedRecords.has(caseId);
  }
}

/** The list that a case belongs to. */
export interface CasePlace {
  readonly listId: number;
  /**
   * Whether the label of the case names the list. Otherwise only its presence in the list suggests it, which the run
   * checks at its end.
   */
  readonly isNamed: boolean;
}

const isKnownLabel = (label: JsonValue | undefined): boolean =>
  ONGOING_LISTS.some((one) => one.label === label);

/**
 * Determines the list that a case belongs to. A known label decides, whatever list held the case: a server that ignores
 * the filter would otherwise move every case. A stored case without a label stays in its list until the end of the run.
 * A new one belongs to the list that holds it. `list` is null for a case that was requested by its id.
 */
function toCasePlace(
  label: JsonValue | undefined,
  list: ApiList | null,
  storedId: number | null | undefined,
): CasePlace {
  if (list === null || isKnownLabel(label)) return { listId: toApiListId(label), isNamed: true };
  return { listId: storedId ?? list.id, isNamed: false };
}

/** What the label of a case says about its list. */
export interface CaseLabels {
  readonly case_ongoing?: JsonValue;
  readonly case_status?: JsonValue;
}

/**
 * Whether a case has the label of another list than the one that holds it, in the field that filters the list. An
 * unknown label does not count: the site may have renamed a status.
 */
export function isOfAnotherList(labels: CaseLabels, { id }: ApiList): boolean {
  return id === UNCLASSIFIED.id
    ? CASE_STATUSES.some((one) => one.label === labels.case_status && one.id !== id)
    : ONGOING_LISTS.some((one) => one.label === labels.case_ongoing && one.id !== id);
}

/** The violation of a page that holds cases of other lists; null if it holds none. */
export function judgeLabels(ofOthers: number, { label }: ApiList): MirrorError | null {
  if (ofOthers === 0) return null;
  const cases = renderPlural(ofOthers, 'case');
  return new MirrorError(
    'WRONG_LIST',
    `A page of the list "${label}" contained ${cases} with the label of another list.`,
  );
}

/** The content of a page, compared with the stored cases but not yet with the rest of the run. */
export type ComparedPage = Omit<PageContent, 'doubles'> & {
  /** The number of its cases with the label of another list. */
  readonly ofOthers: number;
  /** The cases whose list is not known from a label. */
  readonly unnamed: ReadonlySet<number>;
};

/** The records of a page, or some of them. */
export interface ComparablePage {
  readonly source: string;
  readonly records: readonly PageRecord[];
  /** The position of the first of them on the page, from 0. */
  readonly firstPosition?: number;
}

/** How the stored cases are looked up. */
export interface CaseFinder {
  /** Whether a case was redacted: then no other case is stored with its name. */
  readonly isRedacted: IsWithheld;
  readonly findStoredVersion: FindStoredVersion;
  readonly findKnownRecord: FindKnownRecord;
}

/**
 * Compares the records of a page with the stored cases, and creates rows for new and changed cases. Writes nothing.
 * Does not parse a record with known bytes. Yields to the event loop after each parsed record, so that the next page
 * can be requested and received meanwhile. `list` is null for a case that was requested by its id.
 */
export async function comparePage(
  page: ComparablePage,
  list: ApiList | null,
  { isRedacted, findStoredVersion, findKnownRecord }: CaseFinder,
): Promise<ComparedPage> {
  const cases: PageCase[] = [];
  const rejected: RejectedRecord[] = [];
  const drift = new Map<string, CaseDrift>();
  let ofOthers = 0;
  const unnamed = new Set<number>();
  const versionsOfPage = new Map<number, StoredVersion>();
  const positionOf = (at: number): number => (page.firstPosition ?? 0) + at;
  const keepBytes = (odd: OddBytes, storedAs: number | null, at: number): void => {
    rejected.push({ ...toRejectedRecord(odd, storedAs), source: page.source, position: positionOf(at) });
  };
  const add = ({ compared, version }: Comparison): void => {
    cases.push(compared);
    versionsOfPage.set(compared.id, version);
  };
  const placeCase = (
    id: number,
    label: JsonValue | undefined,
    stored: StoredVersion | undefined,
  ): CasePlace => {
    const place = toCasePlace(label, list, stored?.listId);
    if (place.isNamed) unnamed.delete(id);
    else unnamed.add(id);
    return place;
  };
  for (const [position, record] of page.records.entries()) {
    if (record.read === null) {
      keepBytes(record.odd, null, position);
      continue;
    }
    const known = record.rawHash === null ? undefined : findKnownRecord(record.rawHash);
    // A list that shifts may contain a case twice on one page; the second one is compared with the first.
    if (
      known !== undefined &&
      !versionsOfPage.has(known.caseId) &&
      fitsList({ case_ongoing: known.label, case_status: known.caseStatus }, list)
    ) {
      const { listId } = placeCase(known.caseId, known.label, known.version);
      add(toUnchanged(known.caseId, listId, known.version, null));
      continue;
    }
    const sent = record.read();
    const payload = withoutNames(sent.payload, isRedacted);
    const { id } = payload;
    if (list !== null && isOfAnotherList(payload, list)) ofOthers++;
    const stored = versionsOfPage.get(id) ?? findStoredVersion(id);
    if (stored?.isHeld === true) {
      add(toUnchanged(id, placeCase(id, payload.case_ongoing, stored).listId, stored, null));
      continue;
    }
    const drifted = [...listDrift(payload), ...findLabelDrift(payload, list)];
    // Each run records drift again, so a case with drift is read every time.
    const rawHash = drifted.length === 0 ? record.rawHash : null;
    add(
      compareCase({ ...sent, payload }, placeCase(id, payload.case_ongoing, stored).listId, stored, rawHash),
    );
    if (record.odd !== undefined) keepBytes(record.odd, id, position);
    for (const one of drifted) drift.set(`${one.field} ${one.seen}`, { ...one, caseId: id });
    await nextTick();
  }
  return { cases, rejected, drift: [...drift.values()], ofOthers, unnamed };
}

function toRejectedRecord({ why, bytes, isJson }: OddBytes, storedAs: number | null) {
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
  /** The case as it will be stored after this page. */
  readonly version: StoredVersion;
}

function compareCase(
  content: CaseContent,
  listId: number,
  stored: StoredVersion | undefined,
  rawHash: string | null,
): Comparison {
  const { payload, plain } = content;
  const { id } = payload;
  const split = splitPayload(payload);
  const hash = fingerprint(split, plain);
  if (stored?.fingerprint === hash) return toUnchanged(id, listId, stored, rawHash);
  const rows = (): CaseRows => {
    if (stored === undefined) return toCaseRows(payload, split, hash, plain);
    // Entries are compared with the stored ones one by one.
    const whole = toWholePayload(content);
    return toCaseRows(whole, splitPayload(whole), hash);
  };
  return {
    compared: { verdict: stored === undefined ? 'new' : 'changed', id, listId, rawHash, rows: rows() },
    version: { fingerprint: hash, listId, isDeparted: false, isHeld: false },
  };
}

function toUnchanged(id: number, listId: number, stored: StoredVersion, rawHash: string | null): Comparison {
  const { fingerprint: hash, isHeld } = stored;
  const isMoved = !isHeld && (stored.listId !== listId || stored.isDeparted);
  return {
    compared: { verdict: 'unchanged', id, listId, rawHash, isMoved, fingerprint: hash },
    version: { fingerprint: hash, listId, isDeparted: isHeld, isHeld },
  };
}

/** The filter takes an id, the payload contains the label; the program assumes that they agree. */
function fitsList(labels: CaseLabels, list: ApiList | null): boolean {
  if (list === null) return true;
  if (list.id === UNCLASSIFIED.id) return !isOfAnotherList(labels, list);
  return labels.case_ongoing === list.label || typeof labels.case_ongoing !== 'string';
}

function findLabelDrift(labels: CaseLabels, list: ApiList | null): Drift[] {
  if (list === null || fitsList(labels, list)) return [];
  const field = list.id === UNCLASSIFIED.id ? 'case_status' : 'case_ongoing';
  return [{ field, expected: 'the label of the status that was asked for', seen: 'another label' }];
}
