import { CaseCollection, type CaseFilters } from '../../fake-api/collection/collection.ts';
import { type CaseSlot, slotOf } from '../../fake-api/collection/slot.ts';
import type { JsonValue } from '../../src/lib/json.ts';
import { startHarness, statusOf, type SyncHarness } from '../support/sync-harness.ts';
import { runCli, type CliResult } from '../support/command-line.ts';
import type { RunReport } from '../../src/sync/report.ts';

const LISTED_UNDER = 5021;

/** Serves JSON texts as they are, all of them in the list of one status, whatever they say themselves. */
class ServedTexts extends CaseCollection {
  #slots: readonly CaseSlot[] = [];

  serve(texts: readonly string[]): void {
    this.#slots = texts.map((text) => slotOf(JSON.parse(text) as JsonValue, () => [Buffer.from(text)]));
  }

  override find({ case_ongoing: listId, case_id: id }: CaseFilters = {}): readonly CaseSlot[] {
    if (id !== undefined) return this.#slots.filter((slot) => slot.id === id);
    return listId === LISTED_UNDER ? this.#slots : [];
  }
}

export interface TextHarness extends SyncHarness {
  /** A day in which the API has these records, as JSON texts. */
  readonly day: (texts: readonly string[]) => Promise<RunReport>;
  /** Runs a command on the mirror. */
  readonly run: (...args: string[]) => Promise<CliResult>;
}

/** A mirror of an API of which every byte is in the test's hands. */
export async function startTexts(): Promise<TextHarness> {
  const source = new ServedTexts([], {
    seed: 1,
    nextIndex: 0,
    inventAt: () => {
      throw new RangeError('nothing is invented here');
    },
  });
  const harness = await startHarness({ source });
  return {
    ...harness,
    day: (texts) => {
      source.serve(texts);
      return harness.sync({ lists: [statusOf(LISTED_UNDER)] });
    },
    run: (...args) => runCli(args, { env: { CLEARINGHOUSE_DATABASE: harness.database } }),
  };
}
