import { describe, expect, test } from '@jest/globals';
import { openMirrorInMemory, type Mirror } from '../../src/db/open-mirror.ts';
import { smallCollection } from '../support/small-collection.ts';
import { startHarness, statusOf } from '../support/sync-harness.ts';

/** What the indexes of a mirror are, but for how they are written. */
function listIndexes({ sqlite }: Mirror): string[] {
  return sqlite
    .prepare<[], string>(
      `SELECT sql FROM sqlite_schema WHERE type = 'index' AND sql IS NOT NULL ORDER BY name`,
    )
    .pluck()
    .all()
    .map((sql) => sql.replaceAll(/[\s`"]+/g, ' '));
}

function listAll(): string[] {
  const mirror = openMirrorInMemory();
  try {
    return listIndexes(mirror);
  } finally {
    mirror.close();
  }
}

describe('the indexes of a mirror', () => {
  test('stay away while a first run fills it, but for those that the run itself needs, and are all there at its end', async () => {
    const { sync, read } = await startHarness({ source: smallCollection(25), pageSize: 4 });
    const meanwhile: string[][] = [];
    await sync({ onEvent: ({ type }) => type === 'page-stored' && meanwhile.push(read(listIndexes)) });
    const all = listAll();
    const kept = all.filter((sql) =>
      /UNIQUE|mirror_raw_hashes|sync_runs|case_changes|_versions|INDEX (?:case_)?(?:documents|document_texts|document_files|mirror_replaced_texts|further_docket|resources|linked|mirror_docket)/.test(
        sql,
      ),
    );
    expect(all.length - kept.length).toBeGreaterThan(30);
    expect(meanwhile.length).toBeGreaterThan(5);
    for (const indexes of meanwhile) expect(indexes).toEqual(kept);
    expect(read(listIndexes)).toEqual(all);
  });

  test('are kept up by later runs', async () => {
    const { sync, read } = await startHarness({ source: smallCollection(25), pageSize: 4 });
    await sync({ lists: [statusOf(5020)] });
    const meanwhile: string[][] = [];
    await sync({ onEvent: ({ type }) => type === 'page-stored' && meanwhile.push(read(listIndexes)) });
    for (const indexes of meanwhile) expect(indexes).toEqual(listAll());
  });

  test('are built by the next run that ends, if the first one did not', async () => {
    const { sync, read } = await startHarness({ source: smallCollection(25), pageSize: 4 });
    const fault = new Error('the machine is gone');
    const dies = sync({
      onEvent: ({ type }) => {
        if (type === 'page-stored') throw fault;
      },
    });
    await expect(dies).rejects.toThrow();
    expect(read(listIndexes).length).toBeLessThan(listAll().length);
    await sync();
    expect(read(listIndexes)).toEqual(listAll());
  });
});
