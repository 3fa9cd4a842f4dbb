import { expect, test } from '@jest/globals';
import { toRisingClock } from '../../src/sync/sync-lists.ts';
import { smallCollection } from '../support/small-collection.ts';
import { startHarness } from '../support/sync-harness.ts';
import { verifyFile } from '../support/eventful-mirror.ts';

const HOUR = 3_600_000;

test('if the clock is set back during a run, no time in the run log is before an earlier one', async () => {
  const source = smallCollection(5);
  let onRequest: () => void = () => undefined;
  const looks: unknown[] = [];
  const { sync, database, runtime, rows } = await startHarness({
    source,
    beforePage: ({ filters }) => {
      if (filters.case_ongoing !== undefined) onRequest();
    },
  });
  await sync();
  source.edit(1, (record) => ({ ...record, name: 'Edited' }));
  source.edit(4, (record) => ({ ...record, name: 'Edited' }));
  onRequest = () => {
    void runtime.sleep(-HOUR, new AbortController().signal);
    looks.push(...verifyFile(database).findings);
  };
  await sync();
  expect(
    rows(`SELECT max(changed_at) <= ended_at AND min(changed_at) >= started_at AS rising
      FROM sync_runs JOIN case_changes ON run_id = sync_runs.id WHERE run_id = 2`),
  ).toEqual([{ rising: 1 }]);
  expect(looks).toEqual([]);
  expect(verifyFile(database).findings).toEqual([]);
});

test('a rising clock stands still until the clock that was set back has caught up', () => {
  const times = [5, 9, 2, 8, 10];
  const now = toRisingClock(() => new Date(times.shift() ?? 0));
  expect(Array.from({ length: 5 }, () => now().getTime())).toEqual([5, 9, 9, 9, 10]);
});
