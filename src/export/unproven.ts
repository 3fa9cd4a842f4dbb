import { type ExportRow, listExports } from '../db/exports.ts';
import type { Mirror } from '../db/open-mirror.ts';
import { toRealPath } from '../lib/files.ts';
import { listSources } from './run.ts';
import { type ExportedFolder, listExportedFolders } from './target.ts';

/**
 * Finds the exports in some folders that may have what is redacted. `outdated` are those on record that may have it: what is on
 * record beside them was written since. A manifest that names an address from which this mirror has nothing is of another mirror.
 */
export function listUnprovenFolders(
  mirror: Mirror,
  folders: readonly string[],
  outdated: readonly ExportRow[],
): ExportedFolder[] {
  const left = new Set(outdated.map(({ place }) => place));
  const places = listExports(mirror, null).map(({ place }) => place);
  const current = new Set(places.filter((place) => !left.has(place)));
  const sources = listSources(mirror);
  return [...new Set(folders)]
    .flatMap(listExportedFolders)
    .filter(({ path, source }) => !current.has(toRealPath(path)) && (source === null || sources.has(source)));
}
