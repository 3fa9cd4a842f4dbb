import { findMirrorState } from '../mirror/find-mirror-state.ts';
import { openMirrorReadOnly } from '../mirror/open-mirror.ts';
import type { NightStep } from './night-steps.ts';
import { renderMetrics } from './render-metrics.ts';
import { writeKeptFile } from './write-kept-file.ts';

/** Writes the metrics of the night into a file for the textfile collector of node_exporter, as a whole. */
export function toMetricsStep(database: string, path: string, now: () => Date): NightStep {
  return {
    step: 'metrics',
    needsAll: false,
    run: (_signal, summary) => {
      const mirror = openMirrorReadOnly(database);
      try {
        const text = renderMetrics(findMirrorState(mirror, 0, now()), summary);
        // The collector reads files that end in .prom only, so it never sees half of one.
        writeKeptFile(path, text);
        return Promise.resolve(path);
      } finally {
        mirror.close();
      }
    },
  };
}
