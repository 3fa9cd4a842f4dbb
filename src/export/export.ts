import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Mirror } from '../db/open-mirror.ts';
import { refuseRedactedMeanwhile } from '../db/state.ts';
import { MirrorError } from '../errors/mirror-error.ts';
import { PACKAGE } from '../lib/package-info.ts';
import { codeOf, wordsOf } from '../lib/system-errors.ts';
import { type CaseFilters, refuseNoCase, requireFilters, toFilterParams } from '../search/filters.ts';
import { CODEBOOK_COLUMNS, listCodebook, renderCodebook } from './codebook.ts';
import { type Commit, commitTables, noteParts } from './delta/folder.ts';
import { refuseForeignInTables } from './delta/foreign.ts';
import { refuseOther } from './delta/manifest.ts';
import { toDescriptor } from './descriptor.ts';
import { checkRoom, estimateBytes } from './estimate.ts';
import { toRecord } from './formats/csv.ts';
import type { Format, FormatName } from './formats/format.ts';
import { type Export, type WrittenTable, toManifest } from './manifest.ts';
import { renderCitation, renderLicense, renderReadme } from './papers.ts';
import type { Partition, PartitionName } from './partition.ts';
import { verifyAll, writeDatabase } from './release.ts';
import { type ExportedRun, findCoverage, findStart, readMirrorId } from './run.ts';
import type { Uploaded } from './upload/upload.ts';
import { chooseCases, chooseTables, readRun } from './select.ts';
import { explainOther, refuseOtherState, toSelection } from './selection.ts';
import type { Table, TableName } from './table.ts';
import {
  type FolderKind,
  MANIFEST,
  type Place,
  type Replaced,
  SUMS,
  hashFile,
  listFiles,
  openPlace,
} from './target.ts';
import { loadFormat, toWrittenFile, writeTable } from './write-table.ts';

export interface ExportRequest {
  /** The folder, as the user named it. */
  readonly folder: string;
  readonly format: FormatName;
  /** Null for all tables that the mirror has. */
  readonly tables: readonly TableName[] | null;
  /** The ids by which tables are split into folders. */
  readonly partitionBy: readonly PartitionName[];
  readonly isRaw: boolean;
  readonly withoutTexts: boolean;
  readonly filters: CaseFilters;
  readonly run: ExportedRun;
  readonly signal: AbortSignal;
  readonly kind: FolderKind;
  /** Whether a folder of Delta tables is written anew, without its earlier versions. */
  readonly dropsHistory: boolean;
  /** Called after some thousands of rows. */
  readonly onRows?: () => void;
  /** Called before the first byte, with the bytes that the export will take. */
  readonly onEstimate?: (bytes: number) => void;
  /** Called after each table, with how many are done, of how many. */
  readonly onTable?: (written: WrittenTable, done: number, of: number) => void;
  /** Called before content is written beside the place, with whether the place has something; and when that content is removed. */
  readonly onBeginning?: (path: string, hasEarlier: boolean) => void;
  readonly onAbandoned?: (path: string) => void;
  /**
   * Called right before the content gets its place, and when it has it. `keepsEarlier` says whether earlier content stays beside it, as
   * the earlier versions of Delta tables do.
   */
  readonly onPlacing?: (path: string, keepsEarlier: boolean) => void;
  readonly onPlaced?: (path: string, keepsEarlier: boolean) => void;
  /**
   * Copies the folder while no other export can change it; null to copy nothing. `check` throws if something was redacted since the
   * mirror was read.
   */
  readonly copy: ((folder: string, check: () => void) => Promise<Uploaded>) | null;
}

/** An export that is in its place. */
interface PlacedExport extends Export {
  /** The earlier export that it replaced; null if there was none. */
  readonly replaced: Replaced | null;
  /** What became of each Delta table; null if the folder has none. */
  readonly commits: readonly Commit[] | null;
}

export interface FinishedExport extends PlacedExport {
  /** Null if it was not copied. */
  readonly uploaded: Uploaded | null;
}

/**
 * Exports the state of a mirror after a run to a folder. The mirror is in a read transaction, and its connection can be used
 * for nothing else afterwards. Fails with EXPORT_REFUSED, EXPORT_NO_ROOM, EXPORT_FAILED, REDACTED_MEANWHILE, EXPORT_UNAVAILABLE, LOCKED,
 * HISTORY_MISSING, HISTORY_DAMAGED, DATABASE_DAMAGED or the signal's reason; an earlier export is then unchanged. Fails with what `copy` throws when the
 * export is in its place.
 */
export async function exportMirror(mirror: Mirror, request: ExportRequest): Promise<FinishedExport> {
  const format = await loadFormat(request.format);
  const chosen = chooseTables(mirror, { ...request, format });
  const selection = toSelection(mirror, { ...request, ...chosen });
  // Delta tables are compared when they are added to, and --forget asks to begin anew.
  const place = await inSystem(request.folder, () =>
    openPlace(request.folder, request.kind, (there) =>
      request.kind === 'delta' ? null : explainOther(there, selection),
    ),
  );
  const keepsEarlier = request.kind === 'delta' && place.replaced !== null && !request.dropsHistory;
  const state = { isPlacing: false };
  // On record first: a redaction that the check does not see then finds the place there.
  const check = (): void => {
    request.onPlacing?.(place.path, keepsEarlier);
    refuseRedactedMeanwhile(mirror);
    state.isPlacing = true;
  };
  try {
    const placed = await inSystem(request.folder, () =>
      writeInPlace(mirror, request, { ...chosen, format }, place, check),
    );
    request.onPlaced?.(place.path, keepsEarlier);
    const checkCopy = (): void => {
      refuseRedactedMeanwhile(mirror, HINT_AT_COPY);
    };
    return { ...placed, uploaded: (await request.copy?.(place.path, checkCopy)) ?? null };
  } catch (thrown) {
    if (!state.isPlacing) {
      rmSync(place.folder, { recursive: true, force: true });
      request.onAbandoned?.(place.path);
    }
    throw thrown;
  } finally {
    place.release();
  }
}

const HINT_AT_COPY =
  'The export is in its place, and it and its objects in the bucket may have what was redacted. Export again, Delta tables with --forget, and remove the objects of this copy.';

async function writeInPlace(
  mirror: Mirror,
  request: ExportRequest,
  chosen: Pick<Content, 'format' | 'tables' | 'partitions' | 'leftOut'>,
  place: Place,
  check: () => void,
): Promise<PlacedExport> {
  // In kibibytes: half of the default of the library. Each case is read once.
  mirror.sqlite.pragma('cache_size = -8000');
  if (request.kind === 'release') verifyAll(mirror, request.onRows);
  const withheld = readRun(mirror, request.run, request.isRaw);
  const filters = requireFilters(mirror.sqlite, request.filters, mirror.path);
  if (isFiltered(filters)) refuseNoCase(mirror.sqlite, filters, mirror.path);
  if (place.replaced !== null && request.kind !== 'delta')
    refuseOtherState(mirror, request, place.replaced, toFilters({ filters }));
  const caseIds = chooseCases(mirror, filters, request.isRaw);
  const { folder } = place;
  const { format, tables } = chosen;
  const needed = await estimate(mirror, { ...request, tables, caseIds, folder }, format);
  request.onEstimate?.(needed);
  checkRoom(folder, needed);
  request.onBeginning?.(place.path, place.replaced !== null);
  const content = { ...chosen, withheld, caseIds, folder };
  if (request.kind === 'delta') return writeDelta(mirror, { ...request, filters }, content, place, check);
  const written = await writeAll(mirror, { ...request, filters }, content);
  await writePapers(written, folder);
  await place.swapIn(check);
  return { ...written, replaced: place.replaced, commits: null };
}

const isFiltered = ({ values, filed }: CaseFilters): boolean =>
  filed !== null || Object.keys(values).length > 0;

/** The bytes of the files, and of the database of a release. */
async function estimate(
  mirror: Mirror,
  request: Pick<ExportRequest, 'kind' | 'format' | 'isRaw' | 'withoutTexts' | 'signal'> &
    Pick<Content, 'tables' | 'caseIds' | 'folder'>,
  format: Format,
): Promise<number> {
  const files = await estimateBytes(mirror, request.folder, format, {
    ...request,
    isWhole: request.format === 'ndjson',
  });
  if (request.kind !== 'release') return files;
  const sqlite = await loadFormat('sqlite');
  return files + (await estimateBytes(mirror, request.folder, sqlite, { ...request, isWhole: false }));
}

interface Content extends Pick<Export, 'leftOut' | 'withheld'> {
  readonly format: Format;
  readonly tables: readonly Table[];
  readonly partitions: ReadonlyMap<TableName, Partition>;
  readonly caseIds: readonly number[];
  /** The folder that is not in its place yet. */
  readonly folder: string;
}

async function writeAll(
  mirror: Mirror,
  request: ExportRequest,
  { format, tables, partitions, leftOut, withheld, caseIds, folder }: Content,
): Promise<Export> {
  mkdirSync(join(folder, 'data'));
  const written: WrittenTable[] = [];
  for (const table of tables) {
    const one = await writeTable(mirror, {
      ...request,
      format,
      table,
      partition: partitions.get(table.name) ?? null,
      caseIds,
      root: folder,
      folder: 'data',
    });
    written.push(one);
    request.onTable?.(one, written.length, tables.length);
  }
  const done: Export = {
    kind: request.kind,
    version: PACKAGE.version,
    format: request.format,
    mediaType: format.mediaType,
    isRaw: request.isRaw,
    withoutTexts: request.withoutTexts,
    filters: toFilters(request),
    run: request.run,
    mirrorId: readMirrorId(mirror),
    coverage: findCoverage(mirror, request.run),
    tables: written,
    leftOut,
    withheld,
    database: null,
  };
  const finished = await finishShared(done, format, folder);
  const database =
    request.kind === 'release'
      ? await writeDatabase(mirror, { ...request, caseIds, root: folder }, done)
      : null;
  return { ...finished, database };
}

/** Writes the state after the run to a folder of Delta tables: to a new one, or as new versions to the one that is there. */
async function writeDelta(
  mirror: Mirror,
  request: ExportRequest,
  content: Content,
  place: Place,
  check: () => void,
): Promise<PlacedExport> {
  const { folder: named } = request;
  const refuseForeign = (): void => {
    if (place.replaced !== null) refuseForeignInTables(place.path, named);
  };
  const isAdded = place.replaced !== null && !request.dropsHistory;
  if (!isAdded) refuseForeign();
  if (isAdded)
    refuseOther(place.path, named, {
      run: request.run,
      selection: { ...toSelection(mirror, { ...request, ...content }), filters: toFilters(request) },
      findStart: (runId) => findStart(mirror, runId),
    });
  const { format, parts } = noteParts(content.format);
  const done = await writeAll(mirror, request, { ...content, format });
  const put = (target: string): Commit[] =>
    commitTables(named, { target, build: place.folder }, done, parts, renderPapers(done));
  if (isAdded) {
    check();
    return { ...done, replaced: null, commits: put(place.path) };
  }
  const commits = put(place.folder);
  await place.swapIn(() => {
    refuseForeign();
    check();
  });
  return { ...done, replaced: place.replaced, commits };
}

/** Completes the file of all tables, if the format has one. Only then its size and its hash are known. */
async function finishShared(done: Export, format: Format, folder: string): Promise<Export> {
  const [first] = done.tables.flatMap(({ files }) => files);
  if (format.finishShared === undefined || first === undefined) return done;
  format.finishShared(join(folder, first.path), listCodebook(done));
  const shared = await toWrittenFile(folder, first.path, 0);
  return { ...done, tables: done.tables.map((one) => ({ ...one, files: [{ ...shared, rows: one.rows }] })) };
}

const toFilters = ({ filters }: Pick<ExportRequest, 'filters'>): Export['filters'] =>
  toFilterParams(filters) as Export['filters'];

/** What describes the data in words, by the name of the file. */
function renderPapers(done: Export): Readonly<Record<string, string>> {
  const codebook = [...listCodebook(done)].map((cells) => toRecord(cells)).join('');
  return {
    'codebook.md': `${renderCodebook(done)}\n`,
    'codebook.csv': `${toRecord(CODEBOOK_COLUMNS)}${codebook}`,
    'README.md': renderReadme(done),
    'CITATION.cff': renderCitation(done),
    'LICENSE.md': renderLicense(done),
  };
}

/** Writes what describes the data, and last the sums, of what is read back from the disk. */
async function writePapers(done: Export, folder: string): Promise<void> {
  const papers = {
    ...renderPapers(done),
    'datapackage.json': toJson(toDescriptor(done)),
    [MANIFEST]: toJson(toManifest(done)),
  };
  for (const [name, text] of Object.entries(papers)) writeFileSync(join(folder, name), text, { flag: 'wx' });
  const files = [
    ...done.tables.flatMap((one) => one.files),
    ...(done.database === null ? [] : [done.database]),
  ];
  const known = new Map(files.map(({ path, sha256 }) => [path, sha256]));
  let sums = '';
  for (const file of listFiles(folder))
    sums += `${known.get(file) ?? (await hashFile(join(folder, file)))}  ${file}\n`;
  writeFileSync(join(folder, SUMS), sums, { flag: 'wx' });
}

const toJson = (value: object): string => `${JSON.stringify(value, null, 2)}\n`;

async function inSystem<Result>(folder: string, action: () => Promise<Result>): Promise<Result> {
  try {
    return await action();
  } catch (thrown) {
    throw toExportError(folder, thrown);
  }
}

const NO_ROOM: ReadonlySet<string> = new Set(['ENOSPC', 'EDQUOT', 'SQLITE_FULL']);

function toExportError(folder: string, thrown: unknown): unknown {
  if (thrown instanceof MirrorError || !(thrown instanceof Error)) return thrown;
  if (NO_ROOM.has(codeOf(thrown)))
    return new MirrorError('EXPORT_NO_ROOM', `The disk of ${folder} became full during the export.`, {
      cause: thrown,
    });
  if (!('syscall' in thrown)) return thrown;
  return new MirrorError('EXPORT_FAILED', `${folder} cannot be written: ${wordsOf(thrown)}.`, {
    cause: thrown,
  });
}
