import type { FileAnswer } from '../../api/document-file.ts';
import { type FileClient, createFileClient } from '../../api/file-client.ts';
import { createAgents } from '../../api/http-agents.ts';
import type { Runtime } from '../../api/pacing.ts';
import { toTooLongPause } from '../../api/retry.ts';
import type { FileSettings, Settings } from '../../config/settings.ts';
import type { DocumentSelection, DueDocument } from '../../db/linked/downloads.ts';
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
  type FileCounts,
  type FileSums,
  type FileTerms,
  type RefusedHost,
  dropFile,
  eachRefusedFile,
  listDueFiles,
  markMissingFiles,
  measureFiles,
  writeFileFinding,
} from '../../db/linked/files.ts';
import {
  type HeldHost,
  type PausedHost,
  listPausedHosts,
  sortFiles,
  toFileHost,
  writePausedHost,
} from '../../db/linked/due-files.ts';
import type { Mirror } from '../../db/open-mirror.ts';
import { MirrorError } from '../../errors/mirror-error.ts';
import { renderPlural } from '../../lib/layout.ts';
import { FILE_OUTCOMES, type FileOutcome } from '../../db/schema/schema.ts';
import { type DownloadReport, type DownloadRequest, runDownloadPass } from './download-pass.ts';
import { FileFailureJudge } from './pass-limits.ts';

export interface FilePassRequest extends DownloadRequest<FilePlan> {
  readonly settings: Settings & FileSettings;
  /** Begins a new folder if none of the stored files is there, instead of FILES_MISSING. */
  readonly acceptsMissingFiles?: boolean;
}

/** What a pass is going to do. */
export interface FilePlan {
  readonly counts: FileCounts;
  /** The files that are due and may be requested, and the budget if that is less: see {@link DownloadRequest.budget}. */
  readonly planned: number;
  /** Bytes that their files will probably take; null if the mirror has too few files to tell. */
  readonly expectedBytes: number | null;
  /** Bytes that a file can take at most. */
  readonly maxFileBytes: number;
  readonly stored: FileSums;
  /** The hosts of files that are not requested because their host is not known. */
  readonly refusedHosts: readonly RefusedHost[];
  readonly pausedHosts: readonly HeldHost[];
}

export interface FilePassReport extends DownloadReport<'files'> {
  /** After the pass. */
  readonly counts: FileCounts;
  readonly stored: FileSums;
  readonly folder: string;
  /** Files in the folder that no document of the mirror has; they are kept. */
  readonly unknownFiles: number;
  /** The hosts of files that are not requested because their host is not known. */
  readonly refusedHosts: readonly RefusedHost[];
  readonly pausedHosts: readonly HeldHost[];
}

/** From so many files on, their mean size says something about the next ones. */
const ENOUGH_FILES = 20;

/** The answers that say that there is no file to store. They are free if they were short. */
const FREE_OUTCOMES: ReadonlySet<string> = new Set<FileOutcome>(['not_offered', 'too_large', 'refused']);

/** A file whose length is not declared is received up to the limit before it is too large. */
const MAX_FREE_BYTES = 64 * 1024;

/** Fetches the files that are due, within the budget. A file is in its place before its row is committed. */
export function runFilePass(request: FilePassRequest, runtime: Runtime): Promise<FilePassReport> {
  const { settings, selection, budget } = request;
  const { fileHosts: knownHosts, maxFileBytes } = settings;
  const toTerms = (now: Date): FileTerms => ({ now, knownHosts, maxFileBytes });
  return runDownloadPass(
    'files',
    request,
    runtime,
    ({ mirror, startedAt, beforeRequest }) => {
      const missing = tidyStore(mirror, request.acceptsMissingFiles === true, startedAt);
      const terms = toTerms(startedAt);
      const paused = request.ignoresPause === true ? [] : listPausedHosts(mirror, startedAt);
      const plan = planFiles(mirror, selection, terms, budget, toLong(paused, startedAt, settings));
      const { counts, planned, pausedHosts } = plan;
      if (planned === 0 && counts.due > 0 && pausedHosts.length > 0)
        throw toHeldError(pausedHosts, startedAt);
      const client = createFileClient(
        {
          userAgent: settings.userAgent,
          limits: settings,
          agents: createAgents(settings),
          retry: settings,
          delayMs: settings.delayMs,
          maxDurationMs: settings.maxDurationMinutes * 60_000,
          knownHosts,
          maxFileBytes,
          beforeRequest,
          pausesLeftMs: new Map(
            paused.map(({ host, pausedUntil }) => [host, pausedUntil.getTime() - startedAt.getTime()]),
          ),
        },
        runtime,
      );
      const failures = new FileFailureJudge();
      const isHeld = (document: DueDocument): boolean => {
        const host = toFileHost(document);
        return client.isHeld(host) || failures.isLeft(host);
      };
      return {
        kind: 'files',
        plan,
        client,
        judge: {
          noteRead: (document) => {
            failures.noteRead(toFileHost(document));
          },
          judge: (error, _signal, document) => {
            failures.noteFailure(toFileHost(document), error);
            return Promise.resolve(null);
          },
        },
        outcomes: FILE_OUTCOMES,
        refused: () => eachRefusedFile(mirror, selection, terms),
        isFree: ({ outcome }: FileAnswer, bytes: number) =>
          bytes < MAX_FREE_BYTES && FREE_OUTCOMES.has(outcome),
        hosts: {
          isHeld,
          isPaused: (document) => client.pausedUntil(toFileHost(document)) !== null,
          toHeldError: () => {
            const now = runtime.now();
            const all = listPausedHosts(mirror, now).filter(({ host }) => client.isHeld(host));
            const { pausedHosts } = lookAt(mirror, selection, toTerms(now), all);
            return pausedHosts.length === 0 ? null : toHeldError(pausedHosts, now);
          },
          findFailure: () => failures.findFailure(),
        },
        writePause: (pausedUntil, host) => {
          writePausedHost(mirror, { host, pausedUntil }, runtime.now());
        },
        listDue: (limit) => listDueFiles(mirror, selection, terms, limit, isHeld),
        isAnyLeft: () => {
          const { counts, refusedHosts } = lookAt(mirror, selection, toTerms(runtime.now()), []);
          return counts.failed > 0 || refusedHosts.length > 0;
        },
        fetch: (document, signal, maxAttempts) =>
          fetchIntoStore(mirror, client, document, signal, maxAttempts),
        write: (finding) => {
          const replaced = writeFileFinding(mirror, { ...finding, missing });
          return replaced === null
            ? undefined
            : () => {
                removeUnusedFile(mirror, replaced);
              };
        },
        isAnyDue: () => lookAt(mirror, selection, toTerms(runtime.now()), []).counts.due > 0,
      };
    },
    (mirror, report) => {
      const now = runtime.now();
      const { counts, refusedHosts, pausedHosts } = lookAt(
        mirror,
        selection,
        toTerms(now),
        listPausedHosts(mirror, now),
      );
      return {
        ...report,
        counts,
        refusedHosts,
        pausedHosts,
        stored: measureFiles(mirror),
        folder: toFilesFolder(mirror.path),
        unknownFiles: countUnknownFiles(mirror),
      };
    },
  );
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

/** Requests a file, whose address may be requested, and moves it to its place. */
async function fetchIntoStore(
  mirror: Mirror,
  client: FileClient,
  { documentId, file }: DueDocument,
  signal: AbortSignal,
  maxAttempts: number,
): Promise<FileAnswer> {
  const partial = createPartialFile(mirror.path, documentId);
  try {
    const answer = await client.fetchFile(new URL(file ?? ''), partial, signal, maxAttempts);
    if (answer.outcome === 'file') {
      dropFile(mirror, answer.hash); // until its row is written
      keepFile(mirror.path, partial, answer.hash);
    }
    return answer;
  } finally {
    removePartialFile(partial);
  }
}

/** What a pass with this budget will do. */
export function planFiles(
  mirror: Mirror,
  selection: DocumentSelection,
  terms: FileTerms,
  budget: number,
  paused: readonly PausedHost[],
): FilePlan {
  const stored = measureFiles(mirror);
  const { counts, free, refusedHosts, pausedHosts } = lookAt(mirror, selection, terms, paused);
  const planned = Math.min(budget, free.documents);
  return {
    counts,
    planned,
    expectedBytes: stored.files >= ENOUGH_FILES ? Math.round(planned * (stored.bytes / stored.files)) : null,
    maxFileBytes: terms.maxFileBytes,
    stored,
    refusedHosts,
    pausedHosts,
  };
}

/** The pauses that a pass does not wait for. */
const toLong = (
  paused: readonly PausedHost[],
  now: Date,
  { retryAfterMaxMs }: Pick<Settings, 'retryAfterMaxMs'>,
): PausedHost[] =>
  paused.filter(({ pausedUntil }) => pausedUntil.getTime() - now.getTime() > retryAfterMaxMs);

/** The pauses on record that a pass does not wait for. */
export const listLongPauses = (
  mirror: Mirror,
  now: Date,
  settings: Pick<Settings, 'retryAfterMaxMs'>,
): PausedHost[] => toLong(listPausedHosts(mirror, now), now, settings);

/** The selected files by what a pass would do with them now, and the paused hosts that hold due files. */
function lookAt(
  mirror: Mirror,
  selection: DocumentSelection,
  terms: FileTerms,
  paused: readonly PausedHost[],
) {
  const names = new Set(paused.map(({ host }) => host));
  const { held, ...sorted } = sortFiles(mirror, selection, terms, (host) => names.has(host));
  const pausedHosts = paused.flatMap((one): HeldHost[] => {
    const documents = held.get(one.host) ?? 0;
    return documents === 0 ? [] : [{ ...one, documents }];
  });
  return { ...sorted, pausedHosts };
}

/** The error of a pass that left files because their hosts requested a pause. */
function toHeldError(held: readonly HeldHost[], now: Date): MirrorError {
  const [first] = held.toSorted((one, other) => one.pausedUntil.getTime() - other.pausedUntil.getTime());
  const error = toTooLongPause(first?.pausedUntil ?? now, now, { host: first?.host ?? '' });
  return held.length < 2
    ? error
    : new MirrorError(error.code, `${error.message} ${renderPlural(held.length - 1, 'other host')} later.`);
}
