import { isSame } from '../case/diff.ts';
import { toCanonicalJson } from '../case/fingerprint.ts';
import type { JsonObject } from '../lib/json.ts';

/** How the copy of a main docket in the list of dockets differs from the copy in the case. */
export interface DocketDifference {
  readonly entriesInCase: number | null;
  readonly entriesInList: number | null;
  /** The first field that differs. */
  readonly differing: string;
}

/** A docket and its entries; null if it has no list of objects there. */
export interface DocketCopy {
  readonly payload: JsonObject;
  readonly entries: readonly JsonObject[] | null;
}

/** Compares two copies of one docket in the fields that both have (A34, A47). Null if they agree. */
export function compareDockets(inCase: DocketCopy, inList: DocketCopy): DocketDifference | null {
  const differing = findDifferingField(inCase.payload, inList.payload) ?? findDifferingEntry(inCase, inList);
  if (differing === null) return null;
  return {
    entriesInCase: inCase.entries?.length ?? null,
    entriesInList: inList.entries?.length ?? null,
    differing,
  };
}

function findDifferingField(one: JsonObject, other: JsonObject): string | null {
  return (
    Object.keys(one).find(
      (field) =>
        field !== 'docket_entries' && Object.hasOwn(other, field) && !isSame(one[field], other[field]),
    ) ?? null
  );
}

function findDifferingEntry({ entries: one }: DocketCopy, { entries: other }: DocketCopy): string | null {
  if (one?.length !== other?.length) return 'docket_entries';
  const left = new Set((other ?? []).map(toCanonicalJson));
  const differing = one?.find((entry) => !left.has(toCanonicalJson(entry)));
  if (differing === undefined) return null;
  const twin = other?.find(({ id }) => id === differing.id);
  const field =
    twin === undefined
      ? undefined
      : Object.keys(differing).find((name) => !isSame(differing[name], twin[name]));
  return `docket_entries[].${field ?? 'id'}`;
}
