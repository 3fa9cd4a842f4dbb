import { SingleBar } from 'cli-progress';
import type { OnProgress } from '../../verify/verify-mirror.ts';
import type { Out } from '../io.ts';

/** A bar on a terminal, while a mirror is verified; nothing elsewhere. */
export interface VerifyProgress {
  readonly update: OnProgress;
  /** Takes the bar away, so that a line can be written in its place. */
  readonly clear: () => void;
  readonly end: () => void;
}

export function createVerifyProgress(out: Out): VerifyProgress {
  if (out.isTTY !== true) return { update: () => undefined, clear: () => undefined, end: () => undefined };
  let bar: SingleBar | undefined;
  const end = (): void => {
    bar?.stop();
    bar = undefined;
  };
  return {
    update: (passed, total) => {
      if (bar === undefined) {
        bar = new SingleBar({
          stream: out,
          format: 'verifying {bar} {value}/{total} cases',
          barsize: 24,
          hideCursor: true,
          clearOnComplete: true,
        });
        bar.start(total, passed);
      }
      bar.update(passed);
    },
    clear: end,
    end,
  };
}
