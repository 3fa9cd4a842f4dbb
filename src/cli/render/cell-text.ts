/** Directions of writing that a text from outside could use to show something else than it says. */
const BIDI_CONTROLS = '\\u061c\\u200e\\u200f\\u202a-\\u202e\\u2066-\\u2069';
const LINE_BREAKS = /[\t\r\n\u0085\u2028\u2029]+/g;
const STEERING = new RegExp(`[\\p{Cc}${BIDI_CONTROLS}]`, 'gu');

/** Makes a text safe for a line of a terminal: control characters, which could steer the terminal, become visible. */
export function toCellText(text: string): string {
  return text.replace(LINE_BREAKS, ' ').replace(STEERING, '\ufffd');
}

const UNSAFE_IN_JSON = new RegExp(`[\\u007f-\\u009f\\u2028\\u2029${BIDI_CONTROLS}]`, 'g');

/**
 * A value as JSON of one line that is safe on a terminal: JSON.stringify lets pass what steers some terminals, turns text
 * around, or is a line break to some programs. The value stays the same.
 */
export function toJsonText(value: unknown, space?: number): string {
  return escapeJson(JSON.stringify(value, null, space));
}

/** A value as a line of JSON: what every command prints with --json, one line for each thing that it tells of. */
export function toJsonLine(value: unknown): string {
  return `${toJsonText(value)}\n`;
}

/** The same for what is JSON already. */
export function escapeJson(json: string): string {
  return json.replace(
    UNSAFE_IN_JSON,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
