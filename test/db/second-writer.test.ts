import { afterEach, expect, test } from '@jest/globals';
import { loadEngine, openSqlite } from '../../src/db/engine.ts';
import { beginDownloadPass } from '../../src/db/linked/passes.ts';
import { withWriter } from '../../src/db/open-mirror.ts';
import { redactCase } from '../../src/db/redact.ts';
import { moveCases } from '../../src/db/write-case.ts';
import { smallCollection } from '../support/small-collection.ts';
import { startHarness } from '../support/sync-harness.ts';

const engine = loadEngine().prototype;
const transaction = Reflect.get(engine, 'transaction');
afterEach(() => {
  engine.transaction = transaction;
});

/** Lets another program try to record an export in each transaction on this file, after its first read. */
function writeInEach(database: string): { landed: number; refused: number } {
  const tried = { landed: 0, refused: 0 };
  engine.transaction = function (this: typeof engine, act: (...values: unknown[]) => unknown) {
    return transaction.call(this, (...values: unknown[]) => {
      if (this.name === database) {
        this.prepare('SELECT count(*) FROM sqlite_schema').get();
        const other = openSqlite(database, { timeout: 0 });
        try {
          other
            .prepare(`INSERT INTO mirror_exports VALUES ('/x/' || random(), 'export', 'export', '', 1)`)
            .run();
          tried.landed++;
        } catch {
          tried.refused++;
        } finally {
          other.close();
        }
      }
      return act(...values);
    });
  } as typeof transaction;
  return tried;
}

test('an export that records its place at any moment makes no other writer fail', async () => {
  const { database, fakeApi, sync, rows } = await startHarness({ source: smallCollection(12) });
  const tried = writeInEach(database);
  await expect(sync()).resolves.toMatchObject({ outcome: 'complete' });
  fakeApi.source.remove(7);
  await expect(sync()).resolves.toMatchObject({ outcome: 'complete', departures: { cases_gone: 1 } });
  const at = new Date('2030-01-01');
  withWriter(
    database,
    () => at,
    (mirror) => {
      const start = {
        trigger: 'redact',
        version: '1',
        apiUrl: fakeApi.url,
        processId: 1,
        startedAt: at,
      } as const;
      redactCase(mirror, 7, start, () => at);
      const [one] = rows('SELECT id, mirror_list_id AS list FROM cases WHERE id <> 7');
      const other = rows(`SELECT max(id) AS id FROM lists WHERE id <> ${Number(one?.list)}`)[0];
      const lists = new Map([[Number(one?.id), Number(other?.id)]]);
      moveCases(mirror, lists, () => true, { runId: 3, at });
      beginDownloadPass(mirror, 'files', { startedAt: at, budget: null });
    },
  );
  await expect(sync()).resolves.toMatchObject({ outcome: 'complete' });
  expect([tried.landed > 0, tried.refused > 0]).toEqual([true, true]);
});
