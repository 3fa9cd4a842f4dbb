import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll } from '@jest/globals';

/** What the tests of a file share, made once in a folder that is removed after them. */
export function usePrepared<Scenarios>(
  prepare: (folder: string) => Promise<Scenarios>,
): () => { readonly folder: string; readonly scenarios: Scenarios } {
  const folder = mkdtempSync(join(tmpdir(), 'clearinghouse-mirror-crash-'));
  let prepared: { folder: string; scenarios: Scenarios } | undefined;
  beforeAll(async () => {
    prepared = { folder, scenarios: await prepare(folder) };
  });
  afterAll(() => {
    rmSync(folder, { recursive: true });
  });
  return () => {
    if (prepared === undefined) throw new Error('The scenarios are made before the tests.');
    return prepared;
  };
}
