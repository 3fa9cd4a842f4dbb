import { createHash } from 'node:crypto';
import {
  closeSync,
  existsSync,
  lstatSync,
  mkdirSync,
  openSync,
  readSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { MirrorError } from '../../errors/mirror-error.ts';
import { moveIntoPlace, syncFile, syncFolder } from '../../lib/replace-file.ts';
import { codeOf } from '../../lib/system-errors.ts';
import { ContentHash } from '../tally.ts';
import type { Format } from '../formats/format.ts';
import { type Export, type WrittenFile, type WrittenTable, toContentHash, toManifest } from '../manifest.ts';
import { MANIFEST } from '../target.ts';
import { type DataFile, type TableState, UnknownLog, planCommit, toFileName, toStats } from './actions.ts';
import { TABLES } from './foreign.ts';
import { readTable, writeCommit } from './log.ts';
import { type FolderManifest, HINT, type RunEntry, readManifest } from './manifest.ts';

/*
 * A folder of Delta tables, which keeps the state after each run that was exported to it. One commit is of one table, so the
 * manifest says which version of each table belongs to a run. It is written last: a reader that begins with it sees the old
 * state of all tables or the new one.
 */

/** The hash of the content of each file by its path on the disk. */
export type PartContents = ReadonlyMap<string, string>;

/** The format, which also notes the content of each file that it writes. */
export function noteParts(format: Format): { readonly format: Format; readonly parts: PartContents } {
  const parts = new Map<string, string>();
  const noting: Format = {
    ...format,
    open(path, table) {
      const writer = format.open(path, table);
      const hash = new ContentHash();
      return {
        write(values) {
          writer.write(values);
          hash.addRow(values);
        },
        finish() {
          writer.finish();
          // A text alone: a function would keep the writer, with its buffers and what it knows of each row group.
          parts.set(path, hash.digest());
        },
      };
    },
  };
  return { format: noting, parts };
}

/** What a run changed in a table. */
export interface Commit {
  readonly table: string;
  readonly version: number;
  /** Whether this export wrote the version; false if the table was like that already. */
  readonly isNew: boolean;
  /** Files and bytes that were added. */
  readonly files: number;
  readonly bytes: number;
}

/** A file that is being written, in the folder that is removed at the end. */
const UNFINISHED = '.unfinished';

interface PlannedTable {
  readonly written: WrittenTable;
  readonly folder: string;
  readonly state: TableState | null;
  readonly files: readonly (DataFile & { readonly from: string | null })[];
  /** Null if the table is as it should be. */
  readonly commit: string | null;
}

/**
 * Moves the files of an export, which are in the folder `build`, to the tables of the folder `target`, and commits them. Files
 * come first, then the commits, then `papers`, last the manifest. What a table has already is not written again.
 */
export function commitTables(
  named: string,
  { target, build }: { readonly target: string; readonly build: string },
  done: Export,
  parts: PartContents,
  papers: Readonly<Record<string, string>>,
): Commit[] {
  const earlier = existsSync(join(target, MANIFEST)) ? readManifest(target, named) : null;
  const planned = done.tables.map((written) => planTable(named, target, build, written, done, parts));
  for (const { folder, files } of planned)
    for (const { path, from } of files) if (from !== null) moveFile(from, join(folder, path));
  for (const { folder, commit, state, written } of planned) {
    if (commit === null) continue;
    try {
      writeCommit(folder, toNext(state), commit, join(build, UNFINISHED));
    } catch (thrown) {
      if (codeOf(thrown) !== 'EEXIST') throw thrown;
      throw new MirrorError(
        'EXPORT_REFUSED',
        `Another program wrote to the table ${written.table.name} of ${named} meanwhile.`,
        { cause: thrown, hint: 'Export again when it has ended.' },
      );
    }
  }
  rmSync(join(build, 'data'), { recursive: true, force: true });
  const put = (name: string, text: string): void => {
    writeFileSync(join(build, UNFINISHED), text);
    moveIntoPlace(join(build, UNFINISHED), join(target, name));
  };
  for (const [name, text] of Object.entries(papers)) put(name, text);
  const manifest = toFolderManifest(earlier, done, planned);
  put(MANIFEST, `${JSON.stringify(manifest, null, 2)}\n`);
  return planned.map(({ written, state, commit, files }) => {
    const added = files.filter(({ from }) => from !== null);
    return {
      table: written.table.name,
      version: toVersion(state, commit),
      isNew: commit !== null,
      files: added.length,
      bytes: added.reduce((sum, { bytes }) => sum + bytes, 0),
    };
  });
}

const toNext = (state: TableState | null): number => (state?.version ?? -1) + 1;
const toVersion = (state: TableState | null, commit: string | null): number =>
  commit === null ? (state?.version ?? 0) : toNext(state);

function planTable(
  named: string,
  target: string,
  build: string,
  written: WrittenTable,
  { run }: Export,
  parts: PartContents,
): PlannedTable {
  const { table, partition } = written;
  const folder = join(target, TABLES, table.name);
  const state = readState(named, folder, table.name);
  const files = written.files.flatMap((built) => {
    const { path, bytes, rows } = built;
    const from = join(build, path);
    const content = parts.get(from);
    if (rows === 0 || content === undefined) return [];
    const name = toFileName(table.columns, content);
    const value = partition === null ? null : (/=(-?\d+)\//.exec(path)?.[1] ?? null);
    const inTable = partition === null || value === null ? name : `${partition.folder}=${value}/${name}`;
    const known = state?.known.get(inTable);
    const isThere = known !== undefined && isWhole(join(folder, inTable), known, built);
    return [
      {
        path: inTable,
        bytes: isThere ? known : bytes,
        partition: partition === null || value === null ? {} : { [partition.folder]: value },
        stats: toStats(rows),
        from: isThere ? null : from,
      },
    ];
  });
  return { written, folder, state, files, commit: planCommit(state, { ...table, partition }, files, run) };
}

/** Whether a file of a table is as it was written. */
function isWhole(path: string, known: number, { bytes, sha256 }: WrittenFile): boolean {
  const found = lstatSync(path, { throwIfNoEntry: false });
  if (found?.isFile() !== true || found.size !== known) return false;
  // Another version of the compressor gives the same rows another length: then no bytes can be compared.
  return known !== bytes || hashFile(path) === sha256;
}

const CHUNK_BYTES = 1_048_576;

function hashFile(path: string): string {
  const file = openSync(path, 'r');
  try {
    const hash = createHash('sha256');
    const chunk = Buffer.alloc(CHUNK_BYTES);
    for (;;) {
      const read = readSync(file, chunk, 0, chunk.length, null);
      if (read === 0) return hash.digest('hex');
      hash.update(chunk.subarray(0, read));
    }
  } finally {
    closeSync(file);
  }
}

function readState(named: string, folder: string, table: string): TableState | null {
  try {
    return readTable(folder);
  } catch (thrown) {
    if (!(thrown instanceof UnknownLog)) throw thrown;
    throw new MirrorError(
      'EXPORT_REFUSED',
      `The log of the table ${table} in ${named} cannot be continued: ${thrown.message}.`,
      { cause: thrown, hint: HINT },
    );
  }
}

function moveFile(from: string, to: string): void {
  mkdirSync(dirname(to), { recursive: true });
  syncFile(from);
  renameSync(from, to);
  syncFolder(dirname(to));
}

/** The manifest: that of the run, and for each run the versions of the tables that have its state. */
function toFolderManifest(
  earlier: FolderManifest | null,
  done: Export,
  planned: readonly PlannedTable[],
): object {
  const {
    files: _,
    left_out,
    left_since,
    coverage,
    ...manifest
  } = toManifest(done) as Record<string, unknown>;
  const runs = earlier?.runs ?? [];
  const again = runs.find(({ run }) => run === done.run.id);
  const versions = planned.map(({ written, state, commit }) => [
    written.table.name,
    { version: toVersion(state, commit), rows: written.rows, content_sha256: written.contentHash },
  ]);
  const entry = {
    run: done.run.id,
    started_at: done.run.startedAt,
    ended_at: done.run.endedAt,
    outcome: done.run.outcome,
    complete: done.run.lacking === null,
    ...(done.run.lacking !== null && { lacking: done.run.lacking }),
    content_sha256: toContentHash(done),
    left_since: done.withheld,
    tables: { ...again?.tables, ...(Object.fromEntries(versions) as RunEntry['tables']) },
  };
  return {
    ...manifest,
    left_out,
    left_since,
    coverage,
    runs: [...runs.filter(({ run }) => run !== done.run.id), entry],
  };
}
