import type { ExportRow } from '../db/exports.ts';
import { isExportedFolder, listUnfinished } from './target.ts';

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
