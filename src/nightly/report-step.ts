import { join } from 'node:path';
import type { RunReport } from '../sync/run-report.ts';
import { toNightJson } from './night-json.ts';
import type { NightStep } from './night-steps.ts';
import { writeKeptFile } from './write-kept-file.ts';

/** Writes the report of the night into a file of its own, named for the time at which the night was due. */
export function toReportStep(folder: string, toReport: (report: RunReport) => unknown): NightStep {
  return {
    step: 'report',
    needsAll: false,
    run: (_signal, summary) => {
      const stamp = summary.night.due_at.replace(/\.\d+Z$/, 'Z').replaceAll(/[-:]/g, '');
      const path = join(folder, `night-${stamp}.json`);
      writeKeptFile(path, `${JSON.stringify(toNightJson(summary, toReport), null, 2)}\n`, {
        makesFolder: true,
      });
      return Promise.resolve(path);
    },
  };
}
