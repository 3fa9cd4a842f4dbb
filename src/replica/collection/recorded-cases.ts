import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { createGunzip } from 'node:zlib';
import type { JsonValue } from '../../json.ts';
import { type CaseSlot, slotOf } from './case-slot.ts';
import { CaseCollection } from './collection.ts';
import { inventSlot } from './invent-slot.ts';

const SEED = 1;

/**
 * Reads a collection from a file with one JSON value a line, gzipped when its name ends in `.gz`. The lines are held in
 * memory and served byte for byte.
 */
export async function readRecordedCases(path: string): Promise<CaseCollection> {
  const file = createReadStream(path);
  const input = path.endsWith('.gz') ? file.pipe(createGunzip()) : file;
  const slots: CaseSlot[] = [];
  file.on('error', (error) => input.destroy(error));
  for await (const line of createInterface({ input, crlfDelay: Infinity })) {
    if (line.trim() !== '') slots.push(slotOf(JSON.parse(line) as JsonValue, Buffer.from(line)));
  }
  return toCollection(slots);
}

/** A collection of the given records; any JSON will do, so that odd answers can be served too. */
export function recordedCases(records: readonly JsonValue[]): CaseCollection {
  return toCollection(records.map((record) => slotOf(record)));
}

function toCollection(slots: readonly CaseSlot[]): CaseCollection {
  return new CaseCollection(slots, {
    seed: SEED,
    nextIndex: 0,
    inventAt: (index) => inventSlot(SEED, index, []),
  });
}
