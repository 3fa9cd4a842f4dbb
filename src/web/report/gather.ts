import type { Mirror } from '../../db/open-mirror.ts';
import { prepareIsOnSite } from '../../db/public-names.ts';
import { prepareFindFacts, prepareFindName } from '../../db/read-case.ts';
import { prepareFindStart } from '../../db/run-log.ts';
import { prepareFindChange } from '../../history/changes.ts';
import { prepareFindRecord, prepareIsOpen } from '../../history/linked-changes.ts';
import { type Period, findBaselineId } from '../../history/period.ts';
import { ChangeTotals, findAppearance, isChanged } from '../../cli/text/changes.ts';
import { type ChangedCaseAndLists, listAllChanges } from '../../cli/text/linked-changes.ts';

/** The functions that read what a report tells of a case. */
export interface ChangeReaders {
  readonly find: ReturnType<typeof prepareFindChange>;
  readonly findRecord: ReturnType<typeof prepareFindRecord>;
  readonly nameOf: ReturnType<typeof prepareFindName>;
  readonly factsOf: ReturnType<typeof prepareFindFacts>;
  readonly startOf: ReturnType<typeof prepareFindStart>;
}

/** How a form of the report tells of one case. */
export interface CaseTeller<Piece> {
  readonly changed: (one: ChangedCaseAndLists, readers: ChangeReaders) => Piece;
  readonly appeared: (caseId: number, readers: ChangeReaders) => Piece;
  /** A case that is not on the site: what is told is that it left. */
  readonly withheld: (one: ChangedCaseAndLists) => Piece;
}

/** As many cases as there is room for, in order of id, and how many there are. */
export interface ToldCases<Piece> {
  readonly pieces: readonly Piece[];
  readonly total: number;
}

export interface GatheredChanges<Piece> {
  readonly totals: ChangeTotals;
  readonly changed: ToldCases<Piece>;
  /** The number of changed cases without a piece: only records changed that are not named. */
  readonly unnamed: number;
  readonly appeared: ToldCases<Piece>;
  /** The run that filled the mirror, if the period has it: its cases are not told as new. */
  readonly baselineId: number | null;
  /** The number of new docket entries by the Monday of the week of their filing; '' for those without a date. */
  readonly weeks: ReadonlyMap<string, number>;
}

/** The number of cases after which `onSome` is called. */
const CASES_BETWEEN = 500;
const DAY_MS = 24 * 60 * 60 * 1000;

/** The Monday of the week of a day; '' for what is no day. */
export function toMonday(day: string): string {
  const time = /^\d{4}-\d{2}-\d{2}/.test(day) ? Date.parse(`${day.slice(0, 10)}T00:00:00Z`) : Number.NaN;
  if (Number.isNaN(time)) return '';
  const date = new Date(time);
  return new Date(time - ((date.getUTCDay() + 6) % 7) * DAY_MS).toISOString().slice(0, 10);
}

/**
 * Reads every change of a period once, and tells of the cases until there is no more room. `room`: bytes for the changed
 * cases and for the new ones. Calls `onSome` now and then. Holds one case in memory, and what is told.
 */
export function gatherChanges<Piece extends { toString: () => string }>(
  mirror: Mirror,
  period: Period,
  tell: CaseTeller<Piece>,
  room: { readonly changed: number; readonly appeared: number },
  onSome: () => void = () => undefined,
): GatheredChanges<Piece> {
  const readers: ChangeReaders = {
    find: prepareFindChange(mirror),
    findRecord: prepareFindRecord(mirror),
    nameOf: prepareFindName(mirror),
    factsOf: prepareFindFacts(mirror),
    startOf: prepareFindStart(mirror),
  };
  const isOnSite = prepareIsOnSite(mirror);
  // The cases that filled the mirror are its baseline, not news.
  const baselineId = findBaselineId(mirror);
  const totals = new ChangeTotals(baselineId);
  const weeks = new Map<string, number>();
  const changed = new Part<Piece>(room.changed);
  const appeared = new Part<Piece>(room.appeared);
  let cases = 0;
  let unnamed = 0;
  const isOpen = prepareIsOpen(mirror);
  for (const one of listAllChanges(mirror, { period })) {
    totals.add(one);
    for (const key of one.keys) {
      if (key.kind !== 'entry added') continue;
      const change = readers.find(key);
      const filed = change.kind === 'entry added' ? change.after.date_filed : null;
      const monday = typeof filed === 'string' ? toMonday(filed) : '';
      weeks.set(monday, (weeks.get(monday) ?? 0) + 1);
    }
    const mayBeNamed = isOnSite(one.caseId);
    const named = {
      ...one,
      linked: one.linked.filter(({ recordKind, recordKey }) => isOpen(recordKind, recordKey)),
    };
    if (isChanged(named)) changed.add(() => (mayBeNamed ? tell.changed(named, readers) : tell.withheld(one)));
    else if (isChanged(one)) unnamed++;
    if (findAppearance(one, baselineId) === 'new' && mayBeNamed)
      appeared.add(() => tell.appeared(one.caseId, readers));
    if (++cases % CASES_BETWEEN === 0) onSome();
  }
  const hasBaseline =
    baselineId !== undefined && baselineId >= period.first.id && baselineId <= period.last.id;
  return { totals, changed, unnamed, appeared, weeks, baselineId: hasBaseline ? baselineId : null };
}

/** Takes pieces in their order until the first for which there is no room. */
class Part<Piece extends { toString: () => string }> implements ToldCases<Piece> {
  readonly pieces: Piece[] = [];
  total = 0;
  private isFull = false;
  private room: number;

  constructor(room: number) {
    this.room = room;
  }

  add(make: () => Piece): void {
    this.total++;
    if (this.isFull) return;
    const piece = make();
    this.room -= Buffer.byteLength(piece.toString());
    this.isFull = this.room < 0;
    if (!this.isFull) this.pieces.push(piece);
  }
}
