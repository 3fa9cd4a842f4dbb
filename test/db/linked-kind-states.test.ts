import { expect, test } from '@jest/globals';
import { listKindStates } from '../../src/db/linked/queue.ts';
import { openMirrorReadOnly } from '../../src/db/open-mirror.ts';
import { buildEventfulMirror, writeDamaged } from '../support/eventful-mirror.ts';

test('the counts of linked lists leave out the cases that departed or are redacted', async () => {
  const path = writeDamaged(
    await buildEventfulMirror(),
    `UPDATE cases SET mirror_departed_run_id = 2, mirror_redacted_run_id = 2 WHERE id = (SELECT max(case_id) FROM linked_lists);
     INSERT INTO linked_lists (case_id, kind, attempted_at, attempted_run_id)
       SELECT id, 'resources', '2026-01-01T00:00:00.000Z', 1 FROM cases WHERE true ON CONFLICT DO NOTHING`,
  );
  const mirror = openMirrorReadOnly(path);
  const isThere = 'mirror_departed_run_id IS NULL AND mirror_redacted_run_id IS NULL';
  const count = (sql: string): unknown => mirror.sqlite.prepare(sql).pluck().get();
  expect(count(`SELECT count(*) FROM cases WHERE NOT (${isThere})`)).toBeGreaterThan(1);
  const joined = 'cases JOIN linked_lists ON case_id = id';
  for (const { kind, ...counts } of listKindStates(mirror)) {
    const ofKind = `FROM ${joined} WHERE ${isThere} AND kind = '${kind}'`;
    expect([kind, counts.lists, counts.read, counts.records, counts.empty]).toEqual([
      kind,
      count(`SELECT count(*) FROM cases WHERE ${isThere}`),
      count(`SELECT count(read_at) ${ofKind}`),
      count(`SELECT total(records) ${ofKind}`),
      count(`SELECT count(*) ${ofKind} AND read_at IS NOT NULL AND records = 0`),
    ]);
    expect(counts.never_read).toBe(counts.lists - counts.read);
  }
  mirror.close();
});
