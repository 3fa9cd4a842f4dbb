import type { Mirror } from '../open-mirror.ts';
import { ALL_DOCUMENTS } from './downloads.ts';
import { countMissingFiles } from './file-store.ts';
import {
  type FileCounts,
  type FileSums,
  type FileTerms,
  type RefusedHost,
  countFiles,
  listRefusedHosts,
  measureFiles,
} from './files.ts';
import { type FilePassRow, findNewestPass } from './passes.ts';

/** What is known of all files, and the newest pass over them. */
export interface FileState {
  readonly stored: FileSums;
  /** Stored files that are not in the folder. */
  readonly missing: number;
  /** Null if no file was ever requested. */
  readonly counts: FileCounts | null;
  readonly refusedHosts: readonly RefusedHost[];
  readonly pass: FilePassRow | null;
}

export function findFilesState(mirror: Mirror, terms: FileTerms): FileState {
  const pass = findNewestPass(mirror, 'files');
  return {
    stored: measureFiles(mirror),
    missing: countMissingFiles(mirror),
    counts: pass === null ? null : countFiles(mirror, ALL_DOCUMENTS, terms),
    refusedHosts: pass === null ? [] : listRefusedHosts(mirror, ALL_DOCUMENTS, terms),
    pass,
  };
}
