import { readFileSync } from 'node:fs';
import type { CaseCollection } from '../../fake-api/collection/collection.ts';
import type { FakeApiOptions } from '../../fake-api/serve/options.ts';
import { startHarness, type SyncHarness } from './sync-harness.ts';

/** The served collection, and its changes between two syncs. */
export interface History extends FakeApiOptions {
  readonly edits?: readonly ((source: CaseCollection) => void)[];
}

/** A harness after a first sync and another sync after each edit. */
export async function startHistory({ edits = [], ...options }: History): Promise<SyncHarness> {
  const harness = await startHarness(options);
  await harness.sync();
  for (const edit of edits) {
    edit(options.source);
    await harness.sync();
  }
  return harness;
}

/**
 * Syncs a history once for many tests. The first test gets the harness of these syncs, and each other test a harness
 * with a copy of the mirror and of the final collection. `finish` changes that mirror by hand.
 */
export function shareHistory(
  toHistory: () => History,
  finish: (harness: SyncHarness) => void = () => undefined,
): () => Promise<SyncHarness> {
  let mirror: Buffer | undefined;
  return async () => {
    const history = toHistory();
    if (mirror === undefined) {
      const harness = await startHistory(history);
      finish(harness);
      mirror = readFileSync(harness.database);
      return harness;
    }
    const { edits = [], ...options } = history;
    for (const edit of edits) edit(options.source);
    return startHarness({ ...options, mirror });
  };
}
