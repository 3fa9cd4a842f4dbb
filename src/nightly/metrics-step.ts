import { existsSync } from 'node:fs';
import { MirrorError } from '../errors.ts';
import { readRegularFile } from '../files/regular-file.ts';
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
      refuseThoseOfAnother(path, database);
      const mirror = openMirrorReadOnly(database);
      try {
        const text = renderMetrics(findMirrorState(mirror, 0, now()), summary);
        // The collector reads files that end in .prom only, so it never sees half of one.
        writeKeptFile(path, `${OF_MIRROR}${JSON.stringify(database)}\n${text}`);
        return Promise.resolve(path);
      } finally {
        mirror.close();
      }
    },
  };
}

/** The first line of the file: a remark, which Prometheus does not read. */
const OF_MIRROR = '# Mirror: ';
const MOST_BYTES = 1_000_000;

/** Two mirrors with one file would take turns in it. One that was moved away gives its file up. */
function refuseThoseOfAnother(path: string, database: string): void {
  const other = readMirror(path);
  if (other !== null && other !== database && existsSync(other))
    throw new MirrorError('FILE_UNWRITABLE', `${path} holds the metrics of another mirror, ${other}.`, {
      hint: 'Set another --metrics-file for this mirror.',
    });
}

/** Whose metrics a file holds; null where it does not say. */
function readMirror(path: string): string | null {
  try {
    const [line = ''] = readRegularFile(path, MOST_BYTES).toString('utf8').split('\n');
    const mirror: unknown = line.startsWith(OF_MIRROR) ? JSON.parse(line.slice(OF_MIRROR.length)) : null;
    return typeof mirror === 'string' ? mirror : null;
  } catch {
    return null; // whether it can be written is found out by writing
  }
}
