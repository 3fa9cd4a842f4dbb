import type { Cell } from '../../mirror/query.ts';

/** A value of SQLite as text: null as nothing, bytes as base64. */
export function toText(cell: Cell): string {
  if (cell === null) return '';
  return Buffer.isBuffer(cell) ? cell.toString('base64') : String(cell);
}
