import { join } from 'node:path';
import type { RunReport } from '../sync/run-report.ts';
import { codeOf } from '../system-words.ts';
import { type NightStep, toNightJson } from './night-steps.ts';
import { writeKeptFile } from './write-kept-file.ts';

/** So many reports of one time are told apart by a number. */
const MOST_OF_ONE_TIME = 10_000;

/**
 * Writes the report of the night into a file of its own, named for the time at which the night was due. A report that is
 * there already, of another mirror or of another run of the same night, stays: the name of the new one gets a number.
 */
export function toReportStep(
  database: string,
  folder: string,
  toReport: (report: RunReport) => unknown,
): NightStep {
  return {
    step: 'report',
    needsAll: false,
    run: (_signal, summary) => {
      const stamp = summary.night.due_at.replace(/\.\d+Z$/, 'Z').replaceAll(/[-:]/g, '');
      const json = { database, ...toNightJson(summary, toReport) };
      return Promise.resolve(writeNew(join(folder, `night-${stamp}`), `${JSON.stringify(json, null, 2)}\n`));
    },
  };
}

function writeNew(start: string, text: string): string {
  for (let number = 1; ; number++) {
    const path = `${start}${number === 1 ? '' : `-${number}`}.json`;
    try {
      writeKeptFile(path, text, { makesFolder: true, mustBeNew: true });
      return path;
    } catch (error) {
      const isTaken = error instanceof Error && codeOf(error.cause) === 'EEXIST';
      if (!isTaken || number === MOST_OF_ONE_TIME) throw error;
    }
  }
}
