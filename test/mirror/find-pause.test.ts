import { expect, test } from '@jest/globals';
import { findPauseLeft } from '../../src/mirror/find-pause.ts';
import { openMirror } from '../../src/mirror/open-mirror.ts';
import { smallCollection } from '../support/small-collection.ts';
import { startHarness } from '../support/sync-harness.ts';

test.each([
  ['2030-01-15T04:30:00Z', 30, 'half of it is over'],
  ['2030-01-15T05:30:00Z', 0, 'all of it is over'],
  [
    '2030-01-15T03:30:00Z',
    60,
    'the clock was set back by less than the pause: never more than was asked for',
  ],
  ['2028-01-15T04:30:00Z', 0, 'the clock was far ahead at that run: nobody is locked out for years'],
])(
  'of a pause of an hour that was asked for at 04:00, at %s %i minutes are left: %s',
  async (now, minutes) => {
    const { sync, database, replica } = await startHarness({ source: smallCollection(1) });
    await sync();
    const mirror = openMirror(database);
    mirror.sqlite
      .prepare('UPDATE sync_runs SET ended_at = ?, paused_until = ?')
      .run('2030-01-15T04:00:00.000Z', '2030-01-15T05:00:00.000Z');
    expect(findPauseLeft(mirror, replica.url, new Date(now))).toBe(minutes * 60_000);
    mirror.close();
  },
);
