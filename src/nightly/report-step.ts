import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { replaceFile } from '../files/replace-file.ts';
import type { RunReport } from '../sync/run-report.ts';
import { toNightJson } from './night-json.ts';
import type { NightStep } from './night-steps.ts';

/** Writes the report of the night into a file of its own, named for the time at which the night was due. */
export function toReportStep(folder: string, toReport: (report: RunReport) => unknown): NightStep {
  return {
    step: 'report',
    needsAll: false,
    run: (_signal, summary) => {
      mkdirSync(folder, { recursive: true });
      const stamp = summary.night.due_at.replace(/\.\d+Z$/, 'Z').replaceAll(/[-:]/g, '');
      const path = join(folder, `night-${stamp}.json`);
      replaceFile(path, `${JSON.stringify(toNightJson(summary, toReport), null, 2)}\n`);
      return Promise.resolve(path);
    },
  };
}
