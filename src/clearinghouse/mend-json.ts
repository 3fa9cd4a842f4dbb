/*
 * An envelope that is not JSON and can be read all the same. A string is skipped as a whole, and one that breaks off up to
 * the end of the text, so that no text takes more time than its length.
 */

/** Leaves out commas after the last element of a list or an object, which many programs write and JSON does not allow. */
export function dropTrailingCommas(text: string): string {
  return text.replace(/"[^"\\]*(?:\\.[^"\\]*)*(?:"|\\?$)|,(?=[ \t\r\n]*[}\]])/gs, (token) =>
    token === ',' ? '' : token,
  );
}

/**
 * Puts an empty object in place of each bare word that JSON does not know, such as NaN or None: so it is neither a number
 * nor an address nor null.
 */
export function replaceUnknownWords(text: string): string {
  return text.replace(/"[^"\\]*(?:\\.[^"\\]*)*(?:"|\\?$)|-?[A-Za-z_]\w*/gs, (token) =>
    token.startsWith('"') || KNOWN_WORDS.has(token) ? token : '{}',
  );
}

const KNOWN_WORDS = new Set(['true', 'false', 'null']);
