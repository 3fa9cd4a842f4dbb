import { existsSync, lstatSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { MirrorError } from '../../errors/mirror-error.ts';
import { moveIntoPlace, syncFile, syncFolder } from '../../lib/replace-file.ts';
import { codeOf } from '../../lib/system-errors.ts';
import { ContentHash } from '../tally.ts';
import type { Format } from '../formats/format.ts';
import { type Export, type WrittenTable, listChosen, toContentHash, toManifest } from '../manifest.ts';
import { MANIFEST } from '../target.ts';
import { type DataFile, type TableState, UnknownLog, planCommit, toFileName, toStats } from './actions.ts';
import { TABLES } from './foreign.ts';
import { readTable, writeCommit } from './log.ts';

/*
 * A folder of Delta tables, which keeps the state after each run that was exported to it. One commit is of one table, so the
 * manifest says which version of each table belongs to a run. It is written last: a reader that begins with it sees the old
 * state of all tables or the new one.
 */

/** The hash of the content of each file by its path on the disk. */
export type PartContents = ReadonlyMap<string, () => string>;

/** The format, which also notes the content of each file that it writes. */
export function noteParts(format: Format): { readonly format: Format; readonly parts: PartContents } {
  const parts = new Map<string, () => string>();
  const noting: Format = {
    ...format,
    open(path, table) {
      const writer = format.open(path, table);
      const hash = new ContentHash();
      parts.set(path, () => hash.digest());
      return {
        write(values) {
          writer.write(values);
          hash.addRow(values);
        },
        finish: writer.finish,
      };
    },
  };
  return { format: noting, parts };
}

/** The version of a table that has its state after a run. */
interface TableVersion {
  readonly version: number;
  readonly rows: number;
  readonly content_sha256: string;
}

interface RunEntry {
  readonly run: number;
  readonly tables: Readonly<Record<string, TableVersion>>;
}

interface FolderManifest {
  readonly raw: boolean;
  readonly without_texts: boolean;
  readonly filters: object;
  /** The tables that were asked for, whether or not a run could give all of them. */
  readonly chosen_tables: ReturnType<typeof listChosen>;
  readonly source: string;
  readonly runs: readonly RunEntry[];
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

/** Reads what a folder says of its runs. */
const readManifest = (folder: string): FolderManifest =>
  JSON.parse(readFileSync(join(folder, MANIFEST), 'utf8')) as FolderManifest;

/**
 * Fails with EXPORT_REFUSED unless the state after a run can follow what a folder of Delta tables has: of the same selection, and of no
 * earlier run.
 */
export function refuseOther(
  folder: string,
  named: string,
  one: Pick<Export, 'isRaw' | 'withoutTexts' | 'filters'> & {
    readonly tables: FolderManifest['chosen_tables'];
    readonly runId: number;
    readonly source: string;
  },
): void {
  const { raw, without_texts, filters, chosen_tables, source, runs } = readManifest(folder);
  const last = runs.at(-1)?.run ?? 0;
  const hint = 'Name another folder. --forget writes this one anew, without its earlier versions.';
  const [there, here] = [
    { raw, without_texts, filters, tables: chosen_tables, source },
    {
      raw: one.isRaw,
      without_texts: one.withoutTexts,
      filters: one.filters,
      tables: one.tables,
      source: one.source,
    },
  ].map((selection) => JSON.stringify(selection));
  if (there !== here)
    throw new MirrorError('EXPORT_REFUSED', `${named} has another selection: ${there} instead of ${here}.`, {
      hint,
    });
  if (one.runId < last)
    throw new MirrorError(
      'EXPORT_REFUSED',
      `${named} has the state after run ${last} already, and that after run ${one.runId} cannot follow it.`,
      { hint },
    );
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
  const manifest = toFolderManifest(
    existsSync(join(target, MANIFEST)) ? readManifest(target) : null,
    done,
    planned,
  );
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
  const files = written.files.flatMap(({ path, bytes, rows }) => {
    const from = join(build, path);
    const content = parts.get(from)?.();
    if (rows === 0 || content === undefined) return [];
    const name = toFileName(table.columns, content);
    const value = partition === null ? null : (/=(-?\d+)\//.exec(path)?.[1] ?? null);
    const inTable = partition === null || value === null ? name : `${partition.folder}=${value}/${name}`;
    const known = state?.known.get(inTable);
    const isThere =
      known !== undefined && lstatSync(join(folder, inTable), { throwIfNoEntry: false })?.size === known;
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

function readState(named: string, folder: string, table: string): TableState | null {
  try {
    return readTable(folder);
  } catch (thrown) {
    if (!(thrown instanceof UnknownLog || thrown instanceof SyntaxError)) throw thrown;
    const why = thrown instanceof UnknownLog ? thrown.message : 'it is damaged';
    throw new MirrorError(
      'EXPORT_REFUSED',
      `The log of the table ${table} in ${named} cannot be continued: ${why}.`,
      {
        cause: thrown,
        hint: 'Name another folder. --forget writes this one anew, without its earlier versions.',
      },
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
    chosen_tables: listChosen(
      planned.map(({ written }) => written.table.name),
      done.leftOut,
    ),
    left_out,
    left_since,
    coverage,
    runs: [...runs.filter(({ run }) => run !== done.run.id), entry],
  };
}
