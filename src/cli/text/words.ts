import { clipText } from '../../lib/layout.ts';

/**
 * Control characters for the direction of text. External text could use them to display something else than it
 * contains.
 */
const BIDI_CONTROLS = '\\u061c\\u200e\\u200f\\u202a-\\u202e\\u2066-\\u2069';
const LINE_BREAKS = /[\t\r\n\u0085\u2028\u2029]+/g;
const STEERING = new RegExp(`[\\p{Cc}${BIDI_CONTROLS}]`, 'gu');

/** Makes a text safe for a line of a terminal: control characters become visible. */
export function toCellText(text: string): string {
  return text.replace(LINE_BREAKS, ' ').replace(STEERING, '\ufffd');
}

const UNSAFE_IN_JSON = new RegExp(`[\\u007f-\\u009f\\u2028\\u2029${BIDI_CONTROLS}]`, 'g');

/**
 * A value as JSON on one line that is safe on a terminal. Escapes what JSON.stringify leaves unchanged although it
 * controls some terminals, changes the direction of text, or is a line break to some programs. The value stays the
 * same.
 */
export function toJsonText(value: unknown, space?: number): string {
  return escapeJson(JSON.stringify(value, null, space));
}

/** A value as a line of JSON: what every command prints with --json, one line for each item. */
export function toJsonLine(value: unknown): string {
  return `${toJsonText(value)}\n`;
}

/** The same for text that is already JSON. */
export function escapeJson(json: string): string {
  return json.replace(
    UNSAFE_IN_JSON,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

/** Bytes in the largest unit with a value of at least one, to one decimal. */
export function renderBytes(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  let value = bytes;
  let unit = 0;
  while (value >= 1000 && unit < units.length - 1) {
    value /= 1000;
    unit++;
  }
  return `${unit === 0 ? value : value.toFixed(1)} ${units[unit]}`;
}

/** Milliseconds as "350 ms", "12.3 s", "4 min 05 s" or "2 h 03 min". */
export function renderDuration(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)} ms`;
  if (ms < 60_000) return `${(ms / 1000).toFixed(1)} s`;
  const seconds = Math.round(ms / 1000);
  const two = (n: number): string => String(n).padStart(2, '0');
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ${two(seconds % 60)} s`;
  return `${Math.floor(seconds / 3600)} h ${two(Math.floor((seconds % 3600) / 60))} min`;
}

const MAX_NAME = 120;

/** The name of a case, shortened if necessary, or a placeholder if it has none. */
export function toCaseName(name: string | null): string {
  return name === null || name.trim() === '' ? '(no name)' : clipText(name, MAX_NAME);
}
