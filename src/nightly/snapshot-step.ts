import type { SnapshotSettings } from '../settings-nightly.ts';
import { removeOldSnapshots } from '../snapshots/list-snapshots.ts';
import { takeSnapshot } from '../snapshots/take-snapshot.ts';
import type { NightStep } from './night-steps.ts';

/** Takes a snapshot of a mirror that has everything, then removes those that are not to be kept. */
export function toSnapshotStep(database: string, settings: SnapshotSettings, now: () => Date): NightStep {
  return {
    step: 'snapshot',
    needsAll: true,
    run: async (signal) => {
      const { path } = await takeSnapshot(database, settings.folder, now(), signal);
      const removed = removeOldSnapshots(database, settings.folder, settings);
      return `${path}${removed.length === 0 ? '' : `; ${removed.length} older removed`}`;
    },
  };
}
