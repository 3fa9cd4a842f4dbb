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
  'crash/deaths',
  'simulator/seeds',
  'simulator/linked/seeds',
  'cli/processes',
  'crash/crowds',
  'schedule/scheduled-runs',
  'verify/damage',
  'damage/damages',
  'crash/disk-full',
  'sync/fetch-texts',
  'cli/demo-command',
  'cli/changes-command',
  'db/upgrade',
  'sync/failures',
  'sync/linked/pass',
  'crash/copies',
  'cli/redact-command',
  'sync/departures',
  'docs/json-page',
  'verify/second-thread',
  'sync/odd-responses',
  'package/install',
  'history/days',
  'bench/bench',
  'cli/token',
  'cli/pipes',
  'crash/checks',
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
