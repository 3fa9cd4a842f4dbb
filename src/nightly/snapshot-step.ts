import type { SnapshotSettings } from '../settings.ts';
import { type SnapshotRequest, takeAndRotate, takeSnapshot } from '../snapshots/take-snapshot.ts';
import type { NightStepRecord } from './night-book.ts';
import type { NightStep } from './night-steps.ts';

/** Takes a snapshot of a mirror that has everything, then removes those that are not to be kept. */
export function toSnapshotStep(database: string, settings: SnapshotSettings, now: () => Date): NightStep {
  return {
    step: 'snapshot',
    needsAll: true,
    run: async (signal, { steps }) => {
      const proof = judgeProof(steps);
      if (proof === 'damaged')
        return { skipped: 'verify found damage, so no snapshot was taken and none removed' };
      const { folder } = settings;
      const request: SnapshotRequest = {
        database,
        to: { folder },
        takenAt: now(),
        takenBy: 'schedule',
        signal,
      };
      const { taken, removed } =
        proof === 'failed'
          ? { taken: await takeSnapshot(request), removed: [] }
          : await takeAndRotate(request, { folder, retention: settings, unmarked: false });
      if (taken.latestFailure !== null) throw taken.latestFailure;
      return [
        taken.path,
        ...(removed.length === 0 ? [] : [`${removed.length} older removed`]),
        ...(proof === 'failed' ? ['none was removed, because verify did not come to its end'] : []),
      ].join('; ');
    },
  };
}

const DAMAGE = /^(VERIFY_FOUND|DATABASE_DAMAGED|DATABASE_FOREIGN|HISTORY_DAMAGED)\b/;

/** What the verify step of the same night says of the mirror; `unknown` where it is switched off. */
function judgeProof(steps: readonly NightStepRecord[]): 'sound' | 'damaged' | 'failed' | 'unknown' {
  const verify = steps.find(({ step }) => step === 'verify');
  if (verify === undefined) return 'unknown';
  if (verify.outcome === 'done') return 'sound';
  return DAMAGE.test(verify.detail) ? 'damaged' : 'failed';
}
