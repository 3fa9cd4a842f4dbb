import { type ExportRow, listExports } from '../db/exports.ts';
import type { Mirror } from '../db/open-mirror.ts';
import { toRealPath } from '../lib/files.ts';
import { listSources, readMirrorId } from './run.ts';
import { type ExportedFolder, isExportedFolder, listExportedFolders, listUnfinished } from './target.ts';

const ELSEWHERE: ReadonlySet<string> = new Set(['bucket', 'postgres'] satisfies ExportRow['kind'][]);

/** Whether a place on record is a folder of this program that this disk still has. */
export const isOnDisk = ({ kind, place }: ExportRow): boolean =>
  !ELSEWHERE.has(kind) && isExportedFolder(place);

/** Whether a place on record still has something. Places that are not on the disk are not asked, and count as there. */
export const isThere = (row: ExportRow): boolean =>
  ELSEWHERE.has(row.kind) || isOnDisk(row) || listUnfinished(row.place).length > 0;

/** What an export that died, or still runs, has beside a place on record. */
export const listBesidePlace = ({ kind, place }: ExportRow): string[] =>
  ELSEWHERE.has(kind) ? [] : listUnfinished(place);

/**
 * Finds the exports in some folders that may have what is redacted. `outdated` are those on record that may have it: what is on
 * record beside them was written since. A manifest that names another mirror, or by an earlier version an address from which this mirror has
 * nothing, is of another mirror.
 */
export function listUnprovenFolders(
  mirror: Mirror,
  folders: readonly string[],
  outdated: readonly ExportRow[],
): ExportedFolder[] {
  const left = new Set(outdated.map(({ place }) => place));
  const places = listExports(mirror, null).map(({ place }) => place);
  const current = new Set(places.filter((place) => !left.has(place)));
  const [id, sources] = [readMirrorId(mirror), listSources(mirror)];
  const mayBeOurs = ({ manifest }: ExportedFolder): boolean =>
    typeof manifest?.mirror === 'string'
      ? manifest.mirror === id
      : typeof manifest?.source !== 'string' || sources.has(manifest.source);
  return [...new Set(folders)]
    .flatMap(listExportedFolders)
    .filter((folder) => !current.has(toRealPath(folder.path)) && mayBeOurs(folder));
}
