import { isGone, write, type Out } from './io.ts';

/** Writes piece by piece, as fast as the reader reads, and stops when the reader has gone. Returns whether there was nothing. */
export async function writePieces(out: Out, pieces: Iterable<string>): Promise<boolean> {
  let isEmpty = true;
  for (const piece of pieces) {
    if (isGone(out)) return false;
    isEmpty = false;
    await write(out, piece);
  }
  return isEmpty;
}
