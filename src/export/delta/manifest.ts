import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { MirrorError } from '../../errors/mirror-error.ts';
import type { ExportedRun } from '../run.ts';
import { type Selection, explainOther } from '../selection.ts';
import { MANIFEST } from '../target.ts';
import { hasShape, isListOf, isMapOf, isOneOf, isText, isTrueOrFalse, isWholeNumber } from './shape.ts';

/* What a folder of Delta tables says of its runs, and what may follow it. */

/** The version of a table that has its state after a run. */
interface TableVersion {
  readonly version: number;
  readonly rows: number;
  readonly content_sha256: string;
}

export interface RunEntry {
  readonly run: number;
  readonly started_at: string;
  readonly complete: boolean;
  readonly tables: Readonly<Record<string, TableVersion>>;
}

export interface FolderManifest extends Selection {
  readonly runs: readonly RunEntry[];
}

const isManifest = hasShape({
  raw: isTrueOrFalse,
  without_texts: isTrueOrFalse,
  filters: isMapOf(isListOf(isText)),
  chosen_tables: isOneOf(isText, isListOf(isText)),
  source: isText,
  mirror: isText,
  runs: isListOf(
    hasShape({
      run: isWholeNumber,
      started_at: isText,
      complete: isTrueOrFalse,
      tables: isMapOf(hasShape({ version: isWholeNumber, rows: isWholeNumber, content_sha256: isText })),
    }),
  ),
});

/** What to do with a folder that cannot be continued. */
export const HINT = 'Name another folder. --forget writes this one anew, without its earlier versions.';

const refuse = (message: string): MirrorError => new MirrorError('EXPORT_REFUSED', message, { hint: HINT });

/** Reads what a folder says of its runs. Fails with EXPORT_REFUSED if it is not what this program writes. */
export function readManifest(folder: string, named: string): FolderManifest {
  const found = parse(readFileSync(join(folder, MANIFEST), 'utf8'));
  if (!isManifest(found)) throw refuse(`The manifest of ${named} cannot be continued: it is damaged.`);
  return found as FolderManifest;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/**
 * Fails with EXPORT_REFUSED unless the state after a run can follow what a folder of Delta tables has: of the same mirror and selection,
 * and of no earlier run. The state of the same run is not replaced by one that may lack cases.
 */
export function refuseOther(
  folder: string,
  named: string,
  one: {
    readonly selection: Selection;
    readonly run: ExportedRun;
    /** When a run of the mirror began; undefined if it has no such run. */
    readonly findStart: (runId: number) => string | undefined;
  },
): void {
  const { runs, ...there } = readManifest(folder, named);
  const difference = explainOther(there, one.selection);
  if (difference !== null) throw refuse(`${named} ${difference}.`);
  const { id, lacking } = one.run;
  const last = runs.at(-1);
  if (last !== undefined && id < last.run)
    throw refuse(
      `${named} has the state after run ${last.run} already, and that after run ${id} cannot follow it.`,
    );
  // After a restore, later runs get numbers that the folder may have from the mirror as it was before.
  const other = runs.find(({ run, started_at }) => one.findStart(run) !== started_at);
  if (other !== undefined) {
    // In quotation marks a time keeps its milliseconds: runs of one minute differ in nothing else.
    const [began, known] = [other.started_at, one.findStart(other.run)].map((at) =>
      at === undefined ? 'never' : JSON.stringify(at),
    );
    throw refuse(
      `${named} has another run ${other.run}, which began at ${began} instead of ${known}: the mirror was restored since.`,
    );
  }
  const same = runs.find(({ run }) => run === id);
  if (same?.complete === true && lacking !== null)
    throw refuse(
      `${named} has the complete state after run ${id}, and this one is not complete: ${lacking}.`,
    );
}
