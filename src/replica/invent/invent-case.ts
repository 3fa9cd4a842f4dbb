import type { OngoingStatusId } from '../../clearinghouse/swept-status.ts';
import { isJsonObject, type JsonObject, type JsonValue } from '../../json.ts';
import { CaseDraw } from './case-draw.ts';
import { entryCount, inventEntriesText, inventTraits, isPlain } from './invent-docket.ts';
import { inventFields, TERMS } from './invent-fields.ts';
import { caseNameAt } from './invent-names.ts';
import { inventStatus } from './invent-status.ts';
import { inventLifetime } from './invent-time.ts';
import { inventCourt } from './invented-names.ts';
import { inventCast } from './invented-text.ts';
import { mixSeeds, Random } from './random.ts';

const CASE_SALT = 13;
const NO_ENTRIES = '"docket_entries":[]';

/**
 * The invented case at an index as JSON bytes, in pieces: the same for the same seed and index, whatever else was made
 * before. No case gets one of `emptyStatuses`.
 */
export function inventCaseBytes(
  seed: number,
  index: number,
  emptyStatuses: readonly OngoingStatusId[] = [],
): Buffer[] {
  const random = new Random(mixSeeds(seed, index, CASE_SALT));
  const status = inventStatus(seed, index, emptyStatuses);
  const draw = new CaseDraw(random, status);
  const name = caseNameAt(seed, index);
  const lifetime = inventLifetime(draw, status);
  const state = TERMS.state.draw(random);
  const cast = inventCast(random, inventCourt(random, state), lifetime.filed, lifetime.last);
  const count = entryCount(seed, index);
  const traits = inventTraits(random, index, count, name, cast);
  const fields = inventFields(draw, { seed, index, name, state, status, lifetime, traits });
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
  emptyStatuses: readonly OngoingStatusId[] = [],
): JsonObject {
  const invented = JSON.parse(
    Buffer.concat(inventCaseBytes(seed, index, emptyStatuses)).toString(),
  ) as JsonValue;
  if (!isJsonObject(invented)) throw new TypeError('An invented case is an object');
  return invented;
}
