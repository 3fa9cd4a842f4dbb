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
  'simulator/linked/seeds',
  'simulator/seeds',
  'web/browser',
  'crash/deaths',
  'publish/publish',
  'crash/crowds',
  'cli/withheld-names',
  'export/places',
  'sync/fetch-files',
  'export/export-command',
  'export/delta',
  'package/install',
  'docs/json-page',
  'export/upload',
  'docs/example-commands',
  'db/upgrade',
  'verify/clean-kinds',
  'cli/processes',
  'db/broken-objects',
  'web/report',
  'history/query-as-of',
  'verify/damage',
  'web/hostile',
  'crash/copies',
  'sync/failures',
  'cli/regressions',
  'sync/fetch-texts',
  'schedule/scheduled-runs',
  'web/sql-page',
  'sync/linked/pass',
  'verify/any-damage',
  'cli/demo-command',
  'damage/damages',
  'cli/redact-command',
  'crash/downloads',
  'web/reading',
  'verify/second-thread',
  'crash/disk-full',
  'export/content',
  'history/days',
  'linked/redact-document',
  'sync/departures',
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
