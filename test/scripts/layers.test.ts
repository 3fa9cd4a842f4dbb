import { expect, test } from '@jest/globals';
import { explainImport } from '../../scripts/lint/layers.js';

test.each([
  ['src/db/query.ts', 'src/lib/json.ts'],
  ['src/db/query.ts', 'src/db/lock.ts'],
  ['src/case/diff.ts', 'src/db/schema/schema.ts'],
  ['src/cli/commands/sync.ts', 'src/cli/options.ts'],
  ['src/cli/run.ts', 'src/cli/main.ts'],
  ['fake-api/serve/server.ts', 'src/api/lists.ts'],
  ['fake-api/serve/server.ts', 'fake-api/collection/edits.ts'],
])('%s may import %s', (file, target) => {
  expect(explainImport(file, target)).toBeUndefined();
});

test.each([
  ['src/lib/json.ts', 'src/errors/mirror-error.ts'],
  ['src/api/client.ts', 'src/db/query.ts'],
  ['src/db/schema/cases.ts', 'src/db/query.ts'],
  ['src/db/schema/linked-log.ts', 'src/api/linked-pages.ts'],
  ['src/case/diff.ts', 'src/db/query.ts'],
  ['src/sync/run-sync.ts', 'src/history/changes.ts'],
  ['src/history/changes.ts', 'src/sync/run-sync.ts'],
  ['src/schedule/plan.ts', 'fake-api/serve/server.ts'],
  ['fake-api/serve/server.ts', 'src/db/query.ts'],
  ['src/cli/text/case.ts', 'src/cli/output.ts'],
  ['src/cli/output.ts', 'src/cli/commands/sync.ts'],
  ['src/cli/commands/sync.ts', 'src/cli/main.ts'],
  ['src/stray.ts', 'src/lib/json.ts'],
  ['src/cli/main.ts', 'src/stray.ts'],
  ['src/cli/main.ts', 'test/support/harness.ts'],
])('%s must not import %s', (file, target) => {
  expect(explainImport(file, target)).toEqual(expect.any(String));
});
