import type { Runtime } from '../../api/pacing.ts';
import { findFileRefusal, parseFileUrl, type FileAnswer } from '../../api/document-file.ts';
import { type FileClient, createFileClient } from '../../api/file-client.ts';
import { createAgents } from '../../api/http-agents.ts';
import { toTooLongPause } from '../../api/retry.ts';
import type { FileSettings, Settings } from '../../config/settings.ts';
import {
  type FileFigures,
  type FilePassEnding,
  beginFilePass,
  endFilePass,
  findFilePause,
  recordFileFigures,
  recordFilePause,
} from '../../db/linked/file-passes.ts';
import {
  countUnknownFiles,
  createPartialFile,
  keepFile,
  listStoredFiles,
  proveFolder,
  removeDroppedFiles,
  removePartialFile,
  removeUnusedFile,
  toFilesFolder,
} from '../../db/linked/file-store.ts';
import {
  type DueFile,
  type FileCounts,
  type FileFinding,
  type FileSums,
  countFiles,
  dropFile,
  listDueFiles,
  markMissingFiles,
  measureFiles,
  writeFileFinding,
} from '../../db/linked/files.ts';
import type { TextSelection } from '../../db/linked/texts.ts';
import type { BrokenObject } from '../../db/migrate.ts';
import { type Mirror, withWriter } from '../../db/open-mirror.ts';
import { finishRedactionsIfPossible } from '../../db/redact.ts';
import { type ErrorCode, ERROR_KINDS, MirrorError } from '../../errors/mirror-error.ts';
import { isDatabaseError } from '../report.ts';
import { BudgetMeter, BudgetSpentError } from './pass-limits.ts';

export interface FilePassRequest {
  readonly settings: Settings & FileSettings;
  readonly selection: TextSelection;
  /** Maximum requests, including retries and redirects. */
  readonly budget: number;
  /** Begins a new folder if none of the stored files is there, instead of FILES_MISSING. */
  readonly acceptsMissingFiles?: boolean;
  readonly signal: AbortSignal;
  readonly onEvent: (event: FilePassEvent) => void;
}

export type FilePassEvent =
  /** The upgrade of an older mirror broke these objects, which a user added. */
  | { readonly type: 'objects-broken'; readonly broken: readonly BrokenObject[] }
  /** Nothing was requested yet. */
  | { readonly type: 'planned'; readonly plan: FilePlan }
  | { readonly type: 'file-ended'; readonly figures: FileFigures; readonly of: number };

/** What a pass is going to do. */
export interface FilePlan {
  readonly counts: FileCounts;
  /** Documents that this pass asks for at most. */
  readonly planned: number;
  /** Bytes that their files will probably take; null if the mirror has too few files to tell. */
  readonly expectedBytes: number | null;
  readonly stored: FileSums;
}

export interface FilePassReport extends FilePassEnding {
  readonly passId: number;
  readonly startedAt: Date;
  readonly endedAt: Date;
  readonly figures: FileFigures;
  /** After the pass. */
  readonly counts: FileCounts;
  readonly stored: FileSums;
  readonly folder: string;
  /** Files in the folder that no document of the mirror has; they are kept. */
  readonly unknownFiles: number;
  /** The end of the pause that the host requested. */
  readonly pausedUntil: Date | null;
}

/** From so many files on, their mean size says something about the next ones. */
const ENOUGH_FILES = 20;

/** A file is requested again another day, so a request is retried only a few times. */
const MAX_ATTEMPTS = 3;

/** After so many files in a row that the network or the host failed, the pass ends. */
const MAX_FAILED_IN_A_ROW = 10;

/** No further request would succeed, whatever the file. */
const ENDS_THE_PASS: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  'PROXY_REFUSED',
  'CERTIFICATE_REFUSED',
  'FILE_UNWRITABLE',
]);

/** No further request would be allowed; the files that are left are due in the next pass. */
const endsEarly = ({ code }: MirrorError): boolean =>
  code === 'RETRY_AFTER_TOO_LONG' || code === 'MAX_DURATION_REACHED';

/**
 * Fetches the files that are due, within the budget: takes the writer lock, opens the mirror, removes what a dead process left, and
 * records each finding in one transaction with the figures of the pass, after the file is in its place.
 */
export async function runFilePass(request: FilePassRequest, runtime: Runtime): Promise<FilePassReport> {
  const onBroken = (broken: readonly BrokenObject[]): void => {
    request.onEvent({ type: 'objects-broken', broken });
  };
  return withWriter(
    request.settings.database,
    (mirror) => {
      finishRedactionsIfPossible(mirror, runtime.now);
      return fetchFiles(mirror, request, runtime);
    },
    { onBroken },
  );
}

async function fetchFiles(
  mirror: Mirror,
  request: FilePassRequest,
  runtime: Runtime,
): Promise<FilePassReport> {
  const { settings, selection, budget, onEvent } = request;
  const { fileHosts: knownHosts } = settings;
  const startedAt = runtime.now();
  const pause = findFilePause(mirror, startedAt);
  if (pause !== null) throw toTooLongPause(pause, startedAt);
  const missing = tidyStore(mirror, request.acceptsMissingFiles === true, startedAt);
  const due = listDueFiles(mirror, selection, {
    now: startedAt,
    knownHosts,
    limit: Math.min(budget, Number.MAX_SAFE_INTEGER),
  });
  onEvent({ type: 'planned', plan: planFiles(mirror, selection, { now: startedAt, knownHosts, budget }) });
  const meter = new BudgetMeter(
    { requests: Number.isFinite(budget) ? budget : null, minutes: null, isAll: !Number.isFinite(budget) },
    runtime.stopwatch ?? (() => runtime.now().getTime()),
  );
  const client = createFileClient(
    {
      userAgent: settings.userAgent,
      limits: settings,
      agents: createAgents(settings),
      retry: settings,
      delayMs: settings.delayMs,
      maxDurationMs: settings.maxDurationMinutes * 60_000,
      knownHosts,
      maxFileBytes: settings.maxFileBytes,
      beforeRequest: meter.take,
    },
    runtime,
  );
  const passId = beginFilePass(mirror, startedAt, Number.isFinite(budget) ? budget : null);
  client.onPause((until) => {
    recordFilePause(mirror, passId, until);
  });
  const figures = { files: 0, not_offered: 0, too_large: 0, not_a_pdf: 0, refused: 0, failed: 0 };
  const toFigures = (): FileFigures => {
    const { requests, retries, waitedMs, bytes } = client.traffic();
    return { requests, retries, waited_ms: waitedMs, bytes, ...figures };
  };
  const record = (found: Omit<FileFinding, 'missing'>): void => {
    const finding = { ...found, missing };
    const { result } = finding;
    const outcome = 'error' in result ? 'failed' : result.answer.outcome;
    figures[outcome === 'file' ? 'files' : outcome]++;
    const replaced = mirror.sqlite
      .transaction(() => {
        const before = writeFileFinding(mirror, finding);
        recordFileFigures(mirror, passId, toFigures());
        return before;
      })
      .immediate();
    if (replaced !== null) removeUnusedFile(mirror, replaced);
    onEvent({ type: 'file-ended', figures: toFigures(), of: due.length });
  };
  try {
    const ending = await fetchAll(mirror, due, { client, meter }, request, runtime, record);
    const counts = countFiles(mirror, selection, runtime.now(), knownHosts);
    const outcome = ending.outcome === 'complete' && counts.due > 0 ? 'budget' : ending.outcome;
    const endedAt = runtime.now();
    mirror.sqlite
      .transaction(() => {
        recordFileFigures(mirror, passId, toFigures());
        endFilePass(mirror, passId, { ...ending, outcome }, endedAt);
      })
      .immediate();
    return {
      ...ending,
      outcome,
      passId,
      startedAt,
      endedAt,
      figures: toFigures(),
      counts,
      stored: measureFiles(mirror),
      folder: toFilesFolder(mirror.path),
      unknownFiles: countUnknownFiles(mirror),
      pausedUntil: client.pausedUntil(),
    };
  } finally {
    client.close();
  }
}

/**
 * Makes sure of the folder, removes partial and dropped files, and marks the documents whose file is missing. Returns the hashes of
 * missing files. Throws FILES_MISSING.
 */
function tidyStore(mirror: Mirror, acceptsMissing: boolean, at: Date): ReadonlySet<string> {
  proveFolder(mirror, acceptsMissing);
  removeDroppedFiles(mirror);
  const there = new Set<string>();
  for (const { hash } of listStoredFiles(toFilesFolder(mirror.path))) if (hash !== null) there.add(hash);
  return markMissingFiles(mirror, (hash) => there.has(hash), at);
}

/** Requests one file after another and records what came of each. */
async function fetchAll(
  mirror: Mirror,
  due: readonly DueFile[],
  { client, meter }: { readonly client: FileClient; readonly meter: BudgetMeter },
  { settings, signal }: FilePassRequest,
  runtime: Runtime,
  record: (finding: Omit<FileFinding, 'missing'>) => void,
): Promise<FilePassEnding> {
  const { now } = runtime;
  let failedInARow = 0;
  try {
    for (const document of due) {
      signal.throwIfAborted();
      const before = client.traffic().requests;
      const maxAttempts = Math.min(MAX_ATTEMPTS, settings.maxAttempts, Math.max(1, meter.left));
      const partial = createPartialFile(mirror.path, document.documentId);
      try {
        const answer = await fetchOne(client, document, { partial, signal, maxAttempts, settings });
        if (answer.outcome === 'file') {
          dropFile(mirror, answer.hash); // until its row is written
          keepFile(mirror.path, partial, answer.hash);
        }
        record({ document, result: { answer }, at: now() });
        failedInARow = 0;
      } catch (error) {
        if (!(error instanceof MirrorError) || signal.aborted || isDatabaseError(error)) throw error;
        if (error.code === 'FILE_UNWRITABLE') throw error;
        const isAttempted = client.traffic().requests > before;
        if (isAttempted || !endsEarly(error)) record({ document, result: { error }, at: now() });
        if (endsEarly(error)) throw error;
        failedInARow = ERROR_KINDS[error.code].exit === 'network' ? failedInARow + 1 : 0;
        if (ENDS_THE_PASS.has(error.code) || failedInARow >= MAX_FAILED_IN_A_ROW)
          return { outcome: 'failed', error };
      } finally {
        removePartialFile(partial);
      }
    }
    return { outcome: 'complete', error: null };
  } catch (error) {
    if (error instanceof BudgetSpentError) return { outcome: 'budget', error: null };
    if (!(error instanceof MirrorError) || isDatabaseError(error)) throw error;
    return { outcome: signal.aborted ? 'interrupted' : endsEarly(error) ? 'budget' : 'failed', error };
  }
}

/** What the host says about one file. An address that may not be requested costs no request. */
async function fetchOne(
  client: FileClient,
  { url: text }: DueFile,
  {
    partial,
    signal,
    maxAttempts,
    settings,
  }: {
    readonly partial: string;
    readonly signal: AbortSignal;
    readonly maxAttempts: number;
    readonly settings: FileSettings;
  },
): Promise<FileAnswer> {
  const url = parseFileUrl(text);
  if (url === undefined)
    return { outcome: 'refused', message: 'The document names a file that is not an address.' };
  const message = findFileRefusal(url, settings.fileHosts);
  return message === null
    ? client.fetchFile(url, partial, signal, maxAttempts)
    : { outcome: 'refused', message };
}

/** What a pass over at most `budget` documents will do. */
export function planFiles(
  mirror: Mirror,
  selection: TextSelection,
  {
    now,
    knownHosts,
    budget,
  }: { readonly now: Date; readonly knownHosts: readonly string[]; readonly budget: number },
): FilePlan {
  const counts = countFiles(mirror, selection, now, knownHosts);
  const stored = measureFiles(mirror);
  const planned = Math.min(budget, counts.due);
  const expectedBytes =
    stored.files >= ENOUGH_FILES ? Math.round(planned * (stored.bytes / stored.files)) : null;
  return { counts, planned, expectedBytes, stored };
}
