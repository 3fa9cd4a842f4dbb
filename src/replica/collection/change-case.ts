import { isJsonObject, type JsonObject, type JsonValue } from '../../json.ts';
import { dateText, midnightText } from '../invent/days.ts';
import { inventTraits } from '../invent/invent-docket.ts';
import { inventEntryText } from '../invent/invent-entry.ts';
import { PUBLISHED, yearOf } from '../invent/invent-time.ts';
import { inventCast } from '../invent/invented-text.ts';
import { Random } from '../invent/random.ts';
import { VOCABULARIES } from '../invent/vocabularies.ts';

/** One change of one case on one night. Small, so that thousands can be kept and applied whenever the case is read. */
export type CaseChange =
  | {
      readonly kind: 'entries';
      readonly night: number;
      readonly seed: number;
      readonly firstId: number;
      readonly count: number;
    }
  | { readonly kind: 'field'; readonly night: number; readonly seed: number }
  | { readonly kind: 'list'; readonly night: number; readonly seed: number }
  | { readonly kind: 'move'; readonly night: number };

/** Above every id that an invented collection of up to 90,000 cases uses. */
const FIRST_NIGHT_ENTRY_ID = 1_500_000_000;
const ENTRY_IDS_A_NIGHT = 100_000;

export function drawChange(
  random: Random,
  night: number,
  entriesBefore: number,
  mostEntries: number,
): CaseChange {
  const seed = random.below(2 ** 32);
  const kind = random.share();
  if (kind < 0.2) return { kind: 'field', night, seed };
  if (kind < 0.35) return { kind: 'list', night, seed };
  const firstId = FIRST_NIGHT_ENTRY_ID + night * ENTRY_IDS_A_NIGHT + entriesBefore;
  return { kind: 'entries', night, seed, firstId, count: 1 + random.below(Math.max(1, mostEntries)) };
}

/** The case after the change; the one given stays as it is. Applied twice to the same case, it gives the same. */
export function changeCase(record: JsonObject, change: CaseChange): JsonObject {
  switch (change.kind) {
    case 'entries':
      return appendEntries(record, change);
    case 'field':
      return editField(record, new Random(change.seed), change.night);
    case 'list':
      return addIssue(record, new Random(change.seed), change.night);
    case 'move':
      return moveStatus(record, change.night);
  }
}

function appendEntries(record: JsonObject, change: CaseChange & { kind: 'entries' }): JsonObject {
  const { main_docket: docket } = record;
  const entries = isJsonObject(docket) ? docket.docket_entries : undefined;
  if (!isJsonObject(docket) || !Array.isArray(entries))
    return editField(record, new Random(change.seed), change.night);
  const random = new Random(change.seed);
  const day = PUBLISHED + change.night;
  const cast = inventCast(random, textOf(record.court), day - 60, day);
  const traits = inventTraits(random, change.seed % 10_000, entries.length, textOf(record.name), cast);
  const added = Array.from({ length: change.count }, (_, index): JsonValue => {
    const text = inventEntryText(random, traits, entries.length + index, change.firstId + index, day);
    return JSON.parse(text) as JsonValue;
  });
  return {
    ...record,
    last_checked_date: midnightText(day),
    main_docket: { ...docket, docket_entries: [...entries, ...added] },
  };
}

function editField(record: JsonObject, random: Random, night: number): JsonObject {
  const day = dateText(PUBLISHED + night);
  const edits: readonly JsonObject[] = [
    { summary: `${typeof record.summary === 'string' ? record.summary : ''}<p>Updated on ${day}.</p>` },
    { summary_short: `The case was looked at again on ${day}.` },
    { plaintiff_description: `Invented passengers, counted again on ${day}.` },
    { cause_other: `Invented Night Code § ${night}` },
  ];
  return { ...record, ...random.pick(edits) };
}

function addIssue(record: JsonObject, random: Random, night: number): JsonObject {
  const { issues } = record;
  if (!Array.isArray(issues)) return editField(record, random, night);
  const fresh = Object.keys(VOCABULARIES.issues).filter((issue) => !issues.includes(issue));
  return fresh.length === 0
    ? editField(record, random, night)
    : { ...record, issues: [...issues, random.pick(fresh)] };
}

function moveStatus(record: JsonObject, night: number): JsonObject {
  const day = PUBLISHED + night;
  if (record.case_ongoing !== 'Yes')
    return { ...record, case_ongoing: 'Yes', terminating_date: null, closing_year: null };
  return { ...record, case_ongoing: 'No', terminating_date: dateText(day), closing_year: yearOf(day) };
}

function textOf(value: JsonValue | undefined): string {
  return typeof value === 'string' ? value : '';
}
