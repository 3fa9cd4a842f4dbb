import { existsSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import Sequencer from '@jest/test-sequencer';

const TESTS = fileURLToPath(new URL('..', import.meta.url));
/**
 * The longest files, the longest first. Add a new long file here, or a worker may begin with it when the other has
 * finished.
 */
const LONGEST = [
  'simulator/seeds',
  'simulator/linked/seeds',
  'crash/deaths',
  'export/export-command',
  'publish/publish',
  'cli/processes',
  'web/browser',
  'docs/json-page',
  'crash/crowds',
  'db/upgrade',
  'sync/failures',
  'crash/copies',
  'crash/downloads',
  'schedule/scheduled-runs',
  'web/report',
  'web/sql-page',
  'verify/damage',
  'web/reading',
  'sync/fetch-files',
  'verify/second-thread',
  'cli/redact-command',
  'crash/disk-full',
  'sync/fetch-texts',
  'package/install',
  'cli/demo-command',
  'export/content',
  'history/days',
  'linked/redact-document',
  'sync/departures',
  'damage/damages',
  'sync/linked/pass',
  'db/broken-objects',
  'export/duckdb',
];

/**
 * Begins with the longest files, so that both workers finish at about the same time. In a fresh clone, Jest knows no
 * durations and sorts by the size of files, which says little here.
 */
export default class LongestFirst extends Sequencer {
  sort(tests) {
    const lost = LONGEST.filter((name) => !existsSync(join(TESTS, `${name}.test.ts`)));
    if (lost.length > 0)
      throw new Error(`longest-first.js names test files that do not exist: ${lost.join(', ')}`);
    const rankOf = ({ path }) => {
      const rank = LONGEST.indexOf(
        relative(TESTS, path)
          .replaceAll('\\', '/')
          .replace(/\.test\.ts$/, ''),
      );
      return rank === -1 ? LONGEST.length : rank;
    };
    return super.sort(tests).sort((one, other) => rankOf(one) - rankOf(other));
  }
}
