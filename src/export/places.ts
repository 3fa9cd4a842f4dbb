import type { ExportRow } from '../db/exports.ts';
import { isExportedFolder } from './target.ts';

const ELSEWHERE: ReadonlySet<string> = new Set(['bucket', 'postgres'] satisfies ExportRow['kind'][]);

/** Whether a place on record still has something. Places that are not on the disk are not asked, and count as there. */
export const isThere = ({ kind, place }: ExportRow): boolean =>
  ELSEWHERE.has(kind) || isExportedFolder(place);
