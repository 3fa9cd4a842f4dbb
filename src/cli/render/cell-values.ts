import type { Cell } from '../../mirror/query.ts';

/** A value of SQLite as text: null as nothing, bytes as base64. */
export function toText(cell: Cell): string {
  if (cell === null) return '';
  return Buffer.isBuffer(cell) ? cell.toString('base64') : String(cell);
}

/** A member of a JSON object as a value of a row: a list or an object is its JSON. */
export function toCell(value: unknown): Cell {
  if (value === undefined || value === null) return null;
  if (typeof value === 'string' || typeof value === 'number') return value;
  return JSON.stringify(value);
}
