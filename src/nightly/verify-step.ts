import { setImmediate as nextTick } from 'node:timers/promises';
import { MirrorError } from '../errors.ts';
import { toDatabaseError } from '../mirror/database-error.ts';
import { openMirrorReadOnly } from '../mirror/open-mirror.ts';
import type { SampleSize } from '../sample-size.ts';
import { verifyMirror } from '../verify/verify-mirror.ts';
import type { NightStep } from './night-steps.ts';

/** Proves the file, the record of runs and some of the cases, others each night. */
export function toVerifyStep(database: string, size: SampleSize, random: () => number): NightStep {
  return {
    step: 'verify',
    needsAll: false,
    run: async (signal) => {
      const mirror = openMirrorReadOnly(database);
      try {
        let findings = 0;
        const steps = verifyMirror(mirror, { of: 'sample', size, random }, () => undefined);
        for (let step = steps.next(); ; step = steps.next()) {
          signal.throwIfAborted();
          if (step.done === true) {
            if (findings > 0) throw toFindings(findings);
            return `${step.value.casesChecked} of ${step.value.casesMirrored} cases proved`;
          }
          findings++;
          await nextTick();
        }
      } catch (thrown) {
        throw toDatabaseError(thrown, database);
      } finally {
        mirror.close();
      }
    },
  };
}

function toFindings(count: number): MirrorError {
  return new MirrorError(
    'VERIFY_FOUND',
    `${count} ${count === 1 ? 'thing is' : 'things are'} not as it should be.`,
  );
}
