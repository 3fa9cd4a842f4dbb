import type { Flaw } from './checks.ts';
import type { Cell, Row } from './find-stored-rows.ts';
import { show, showDifference } from './show.ts';

/** Compares a row with what its columns should hold; other columns are not looked at. */
export function* compareRow(table: string, expected: object, found: Row | undefined): Generator<Flaw> {
  if (found === undefined) {
    yield { what: `a row of ${table}`, expected: show(expected), found: 'nothing' };
    return;
  }
  for (const [column, value] of Object.entries(expected)) {
    const cell = found[column];
    if (!isSameCell(value as Cell | boolean, cell)) {
      yield { what: `${table}.${column}`, ...showDifference(toCell(value as Cell | boolean), cell) };
    }
  }
}

/** Compares the rows of a list with its elements, each at its position. Returns how many rows there are. */
export function* compareList(
  table: string,
  expected: readonly object[],
  found: readonly Row[],
): Generator<Flaw, number> {
  const byPosition = new Map(found.map((row) => [row.mirror_position, row]));
  for (const [position, element] of expected.entries()) {
    yield* compareRow(`${table}[${position}]`, element, byPosition.get(position));
    byPosition.delete(position);
  }
  for (const [position, row] of byPosition) {
    yield { what: `a row of ${table}[${show(position)}]`, expected: 'nothing', found: show(row) };
  }
  return found.length;
}

function toCell(value: Cell | boolean): Cell {
  return typeof value === 'boolean' ? Number(value) : value;
}

/** SQLite keeps half a surrogate pair as bytes that come back as replacement characters, one or several. */
function isSameCell(expected: Cell | boolean, found: Cell | undefined): boolean {
  const cell = toCell(expected);
  if (cell === found) return true;
  return (
    typeof cell === 'string' &&
    typeof found === 'string' &&
    !cell.isWellFormed() &&
    squeeze(cell) === squeeze(found)
  );
}

function squeeze(text: string): string {
  return text.toWellFormed().replace(/\ufffd+/g, '\ufffd');
}
