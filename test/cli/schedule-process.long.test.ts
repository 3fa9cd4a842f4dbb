import { expect, test } from '@jest/globals';
import { spawnCli } from '../support/command-line.ts';
import { smallCollection } from '../support/small-collection.ts';
import { startHarness } from '../support/sync-harness.ts';

test('a real nightly process runs a sync every minute if its schedule says so', async () => {
  const { env, rows } = await startHarness({ source: smallCollection(60), pageSize: 2 });
  const { child, ended, saw } = spawnCli(['nightly', '--schedule', '* * * * *', '--jitter', '0'], {
    ...env,
    CLEARINGHOUSE_LOG_FORMAT: 'text',
  });
  await saw('run 3 begun');
  child.kill('SIGTERM');
  await ended;
  expect(rows("SELECT count(*) AS n FROM sync_runs WHERE outcome = 'complete'")[0]?.n).toBeGreaterThan(1);
});
