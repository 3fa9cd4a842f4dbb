import { findEndOfText } from '../json.ts';

/*
 * An envelope that is not JSON and can be read all the same. A text in it is passed over as a whole, and one that breaks off
 * up to the end, so that none takes more time than its length.
 */

/** Leaves out commas after the last element of a list or an object, which many programs write and JSON does not allow. */
export function dropTrailingCommas(json: string): string {
  return mendBetweenTexts(json, (piece) => piece.replace(/,(?=[ \t\r\n]*[}\]])/g, ''));
}

/**
 * Puts an empty object in place of each bare word that JSON does not know, such as NaN or None: so it is neither a number
 * nor an address nor null.
 */
export function replaceUnknownWords(json: string): string {
  return mendBetweenTexts(json, (piece) =>
    piece.replace(/-?[A-Za-z_]\w*/g, (word) => (KNOWN_WORDS.has(word) ? word : '{}')),
  );
}

const KNOWN_WORDS = new Set(['true', 'false', 'null']);

function mendBetweenTexts(json: string, mend: (piece: string) => string): string {
  const pieces: string[] = [];
  for (let at = 0; at < json.length;) {
    const quote = json.indexOf('"', at);
    const start = quote === -1 ? json.length : quote;
    const end = quote === -1 ? start : findEndOfText(json, start);
    pieces.push(mend(json.slice(at, start)), json.slice(start, end));
    at = end;
  }
  return pieces.join('');
}
