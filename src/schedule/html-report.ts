import { lstatSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { toStem } from '../backup/snapshot-files.ts';
import { MirrorError } from '../errors/mirror-error.ts';
import { renderPlural } from '../lib/layout.ts';
import { wordsOf } from '../lib/system-errors.ts';
import type { AfterRunStep, RunSummary } from './after-run.ts';
import { writeWhole } from './state-file.ts';

/** A report of some runs as one HTML file, and the last of these runs. */
export interface RenderedReport {
  readonly runId: number;
  readonly startedAt: string;
  readonly text: string;
}

/** Renders the report of the runs from one to another. */
export type RenderRuns = (firstRunId: number, lastRunId: number) => Promise<RenderedReport>;

export interface HtmlReportSettings {
  readonly database: string;
  readonly folder: string;
  /** How many reports of this mirror are kept; 0 keeps all. */
  readonly keep: number;
}

/**
 * Writes the HTML report of a scheduled run, named for its last run, then removes the oldest ones. A second report of the
 * same run, after its linked pass, replaces the first as a whole.
 */
export function createHtmlReportStep(
  { database, folder, keep }: HtmlReportSettings,
  render: RenderRuns,
): AfterRunStep {
  return {
    step: 'html-report',
    onlyIfComplete: false,
    run: async (_signal, { run: { run_ids: runIds } }: RunSummary) => {
      if (runIds.length === 0) return { skipped: 'no sync run began' };
      const { runId, startedAt, text } = await render(Math.min(...runIds), Math.max(...runIds));
      const path = join(folder, toName(database, runId, startedAt));
      writeWhole(path, text, { makesFolder: true });
      const removed = removeOldest(database, folder, keep);
      return [path, ...(removed === 0 ? [] : [`${renderPlural(removed, 'older one')} removed`])].join('; ');
    },
  };
}

/** "clearinghouse-run-7-20261124T031700Z.html": after a restore, another run can have the same number. */
function toName(database: string, runId: number, startedAt: string): string {
  const stamp = startedAt.replace(/\.\d+Z$/, 'Z').replaceAll(/[-:]/g, '');
  return `${toStem(database)}-run-${runId}-${stamp}.html`;
}

const NAME = /^run-\d+-(\d{8}T\d{6}Z)\.html$/;
/** What a process that died while it wrote a report left. */
const LEFTOVER = /^run-\d+-\d{8}T\d{6}Z\.html\.[0-9a-f]{16}\.tmp$/;
const STALE_MS = 3_600_000;

/** Removes the oldest reports of a mirror, and what is left of unfinished ones. Other files stay. */
function removeOldest(database: string, folder: string, keep: number): number {
  const stem = `${toStem(database)}-`;
  try {
    const names = readdirSync(folder);
    for (const name of names) {
      if (!name.startsWith(`.${stem}`) || !LEFTOVER.test(name.slice(stem.length + 1))) continue;
      const found = lstatSync(join(folder, name), { throwIfNoEntry: false });
      if (found !== undefined && Date.now() - found.mtimeMs > STALE_MS)
        rmSync(join(folder, name), { force: true });
    }
    if (keep === 0) return 0;
    const oldest = names
      .flatMap((name) => {
        const [, stamp] = name.startsWith(stem) ? (NAME.exec(name.slice(stem.length)) ?? []) : [];
        return stamp === undefined ? [] : [{ name, stamp }];
      })
      .toSorted((a, b) => (a.stamp < b.stamp ? 1 : -1))
      .slice(keep);
    for (const { name } of oldest) rmSync(join(folder, name), { force: true });
    return oldest.length;
  } catch (cause) {
    throw new MirrorError(
      'FILE_UNWRITABLE',
      `${folder} cannot be cleared of old reports: ${wordsOf(cause)}.`,
      {
        cause,
      },
    );
  }
}
