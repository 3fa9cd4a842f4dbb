import type { Mirror } from '../../src/db/open-mirror.ts';
import {
  type Proof,
  type ProvenElsewhere,
  collectProofs,
  proveDownwards,
} from '../../src/verify/second-thread.ts';

/**
 * The result of a second thread that has proven every other case, so that one verification has cases that are proven
 * elsewhere and cases that are not.
 */
export function proveElsewhere(mirror: Mirror): ProvenElsewhere {
  const proofs: (readonly Proof[])[] = [];
  proveDownwards(
    mirror,
    () => true,
    (more) => {
      proofs.push(more.filter(([id]) => id % 2 === 0));
    },
  );
  return { ...collectProofs(() => proofs.shift()), moveTo: () => undefined };
}
