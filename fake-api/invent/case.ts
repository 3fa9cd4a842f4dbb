import { type InventedStatus, CaseDraw } from './draw.ts';
import { ONGOING_LISTS, type OngoingStatus, type OngoingListId } from '../../src/api/lists.ts';
import { type JsonObject, type JsonValue, isJsonObject } from '../../src/lib/json.ts';
import { type DocketTraits, entryCount, inventEntriesText, inventTraits, isPlain } from './docket.ts';
import { TERMS, caseNameAt, inventFields } from './fields.ts';
import { ONGOING_COUNTS, ONGOING_NULL, RECORDS, STATUS_COUNTS } from './profile.ts';
import { Random, WeightedTerms, mixSeeds } from './random.ts';
import { inventCast } from './texts.ts';
import { inventLifetime } from './times.ts';
import { inventCourt } from './words.ts';

const IN_PROCESS = 'In Process (Public)';
const IN_PROCESS_SHARE = (STATUS_COUNTS[IN_PROCESS] - ONGOING_NULL) / (RECORDS - ONGOING_NULL);
const FINISHED = new WeightedTerms({
  Approved: STATUS_COUNTS.Approved,
  'Coding Complete': STATUS_COUNTS['Coding Complete'],
});
const ONGOING = new WeightedTerms({ uncoded: ONGOING_NULL, ...ONGOING_COUNTS });
/** Steps by an irrational share spread the lists evenly, so that even a small collection has the rare ones. */
const STATUS_STEP = Math.SQRT2 - 1;
const STATUS_SALT = 11;

/**
 * The lists of an invented case, without inventing the rest. A case that would be in one of `emptyLists` is in
 * another list.
 */
export function inventStatus(
  seed: number,
  index: number,
  emptyLists: readonly OngoingListId[],
): InventedStatus {
  const random = new Random(mixSeeds(seed, index, STATUS_SALT));
  const drawn = ONGOING.at((new Random(~seed).share() + index * STATUS_STEP) % 1);
  const coding = random.share();
  if (drawn === 'uncoded') return { ongoing: null, status: IN_PROCESS, coding };
  const allowed = labelsBut(emptyLists);
  return {
    ongoing: allowed.includes(drawn) ? drawn : random.pick(allowed),
    status: coding < IN_PROCESS_SHARE ? IN_PROCESS : FINISHED.draw(random),
    coding,
  };
}

function labelsBut(emptyLists: readonly OngoingListId[]): OngoingStatus['label'][] {
  return ONGOING_LISTS.filter(({ id }) => !emptyLists.includes(id)).map(({ label }) => label);
}

const CASE_SALT = 13;
const NO_ENTRIES = '"docket_entries":[]';

/** An invented case without its docket entries, which are most of its bytes. */
interface CaseHead {
  /** All fields; `docket_entries` is empty. */
  readonly fields: JsonObject;
  readonly state: string;
  readonly traits: DocketTraits;
  /** The number of docket entries. */
  readonly count: number;
  /** Continues with the entries. */
  readonly random: Random;
}

export function inventCaseHead(seed: number, index: number, emptyLists: readonly OngoingListId[]): CaseHead {
  const random = new Random(mixSeeds(seed, index, CASE_SALT));
  const status = inventStatus(seed, index, emptyLists);
  const draw = new CaseDraw(random, status);
  const name = caseNameAt(seed, index);
  const lifetime = inventLifetime(draw, status);
  const state = TERMS.state.draw(random);
  const cast = inventCast(random, inventCourt(random, state), lifetime.filed, lifetime.last);
  const count = entryCount(seed, index);
  const traits = inventTraits(random, index, count, name, cast);
  const fields = inventFields(draw, { seed, index, name, state, status, lifetime, traits });
  return { fields, state, traits, count, random };
}

/**
 * The invented case at an index as JSON bytes, in pieces: the same for the same seed and index, whatever was invented
 * before. No case is in one of `emptyLists`.
 */
export function inventCaseBytes(
  seed: number,
  index: number,
  emptyLists: readonly OngoingListId[] = [],
): Buffer[] {
  const { fields, traits, count, random } = inventCaseHead(seed, index, emptyLists);
  const text = JSON.stringify(fields);
  // The quotes of this key can't occur inside a JSON string, so the first place found is the docket's own.
  const place = text.indexOf(NO_ENTRIES) + NO_ENTRIES.length - 2;
  const entries = inventEntriesText(random, index, traits, count);
  // Entries are nine tenths of the bytes, and copying ASCII is several times as fast as encoding.
  const encoding = isPlain(traits) ? 'latin1' : 'utf8';
  return [
    Buffer.from(text.slice(0, place)),
    Buffer.from(entries, encoding),
    Buffer.from(text.slice(place + 2)),
  ];
}

/** The same case as an object. */
export function inventCase(
  seed: number,
  index: number,
  emptyLists: readonly OngoingListId[] = [],
): JsonObject {
  const invented = JSON.parse(
    Buffer.concat(inventCaseBytes(seed, index, emptyLists)).toString(),
  ) as JsonValue;
  if (!isJsonObject(invented)) throw new TypeError('An invented case is an object');
  return invented;
}
