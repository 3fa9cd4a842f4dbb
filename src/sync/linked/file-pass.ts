import { type FileAnswer, findFileRefusal, parseFileUrl } from '../../api/document-file.ts';
import { type FileClient, createFileClient } from '../../api/file-client.ts';
import { createAgents } from '../../api/http-agents.ts';
import type { Runtime } from '../../api/pacing.ts';
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
  countFiles,
  dropFile,
  listDueFiles,
  markMissingFiles,
  measureFiles,
  writeFileFinding,
} from '../../db/linked/files.ts';
import type { Mirror } from '../../db/open-mirror.ts';
import { FILE_OUTCOMES } from '../../db/schema/schema.ts';
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
  /** Documents that this pass asks for at most. */
  readonly planned: number;
  /** Bytes that their files will probably take; null if the mirror has too few files to tell. */
  readonly expectedBytes: number | null;
  readonly stored: FileSums;
}

export interface FilePassReport extends DownloadReport<'files'> {
  /** After the pass. */
  readonly counts: FileCounts;
  readonly stored: FileSums;
  readonly folder: string;
  /** Files in the folder that no document of the mirror has; they are kept. */
  readonly unknownFiles: number;
}

/** From so many files on, their mean size says something about the next ones. */
const ENOUGH_FILES = 20;

/** Fetches the files that are due, within the budget. A file is in its place before its row is committed. */
export function runFilePass(request: FilePassRequest, runtime: Runtime): Promise<FilePassReport> {
  const { settings, selection, budget } = request;
  const { fileHosts: knownHosts } = settings;
  return runDownloadPass(
    'files',
    request,
    runtime,
    ({ mirror, startedAt: now, beforeRequest }) => {
      const missing = tidyStore(mirror, request.acceptsMissingFiles === true, now);
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
          beforeRequest,
        },
        runtime,
      );
      return {
        kind: 'files',
        plan: planFiles(mirror, selection, { now, knownHosts, budget }),
        client,
        judge: new FileFailureJudge(),
        outcomes: FILE_OUTCOMES,
        listDue: (limit) => listDueFiles(mirror, selection, { now, knownHosts, limit }),
        fetch: (document, signal, maxAttempts) =>
          fetchIntoStore(mirror, client, document, { knownHosts, signal, maxAttempts }),
        write: (finding) => {
          const replaced = writeFileFinding(mirror, { ...finding, missing });
          return replaced === null
            ? undefined
            : () => {
                removeUnusedFile(mirror, replaced);
              };
        },
        isAnyDue: () => countFiles(mirror, selection, { now: runtime.now(), knownHosts }).due > 0,
      };
    },
    (mirror, report) => ({
      ...report,
      counts: countFiles(mirror, selection, { now: runtime.now(), knownHosts }),
      stored: measureFiles(mirror),
      folder: toFilesFolder(mirror.path),
      unknownFiles: countUnknownFiles(mirror),
    }),
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

/** Requests a file and moves it to its place. An address that may not be requested costs no request. */
async function fetchIntoStore(
  mirror: Mirror,
  client: FileClient,
  { documentId, file }: DueDocument,
  request: {
    readonly knownHosts: readonly string[];
    readonly signal: AbortSignal;
    readonly maxAttempts: number;
  },
): Promise<FileAnswer> {
  const url = parseFileUrl(file ?? '');
  if (url === undefined)
    return { outcome: 'refused', message: 'The document names a file that is not an address.' };
  const message = findFileRefusal(url, request.knownHosts);
  if (message !== null) return { outcome: 'refused', message };
  const partial = createPartialFile(mirror.path, documentId);
  try {
    const answer = await client.fetchFile(url, partial, request.signal, request.maxAttempts);
    if (answer.outcome === 'file') {
      dropFile(mirror, answer.hash); // until its row is written
      keepFile(mirror.path, partial, answer.hash);
    }
    return answer;
  } finally {
    removePartialFile(partial);
  }
}

/** What a pass over at most `budget` documents will do. */
export function planFiles(
  mirror: Mirror,
  selection: DocumentSelection,
  {
    now,
    knownHosts,
    budget,
  }: { readonly now: Date; readonly knownHosts: readonly string[]; readonly budget: number },
): FilePlan {
  const counts = countFiles(mirror, selection, { now, knownHosts });
  const stored = measureFiles(mirror);
  const planned = Math.min(budget, counts.due);
  const expectedBytes =
    stored.files >= ENOUGH_FILES ? Math.round(planned * (stored.bytes / stored.files)) : null;
  return { counts, planned, expectedBytes, stored };
}
