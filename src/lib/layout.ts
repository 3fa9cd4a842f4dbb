import { stripVTControlCharacters } from 'node:util';
import { eastAsianWidth } from 'get-east-asian-width';

/* Sets text into columns of a terminal: widths, clipping, wrapping. Wide characters count as two columns. */

const ASCII = /^[\x20-\x7e]*$/;

/** The number of columns of a text. */
export function widthOfText(text: string): number {
  // Measuring is expensive, and most texts need none: each of their characters is one column.
  if (ASCII.test(text)) return text.length;
  let width = 0;
  for (const character of toCharacters(stripVTControlCharacters(text))) width += widthOfCharacter(character);
  return width;
}

/** Characters without a column of their own: controls, accents, joiners, and halves of surrogate pairs. */
const INVISIBLE = /^[\p{Control}\p{Mark}\p{Default_Ignorable_Code_Point}\p{Surrogate}]+$/u;
const MAY_BE_EMOJI = /\p{Emoji}/u;

function widthOfCharacter(character: string): number {
  if (INVISIBLE.test(character)) return 0;
  const [first = '', ...others] = character;
  // An emoji of one code point is wide as such.
  if (others.length > 0 && MAY_BE_EMOJI.test(character) && isEmoji(character)) return 2;
  return eastAsianWidth(first.codePointAt(0) ?? 0);
}

// Both are created on first use, because that takes 20 and 10 ms.
let emoji: RegExp | undefined;
let segmenter: Intl.Segmenter | undefined;

function isEmoji(character: string): boolean {
  emoji ??= new RegExp('^\\p{RGI_Emoji}$', 'v');
  return emoji.test(character);
}

/** Splits a text into what a reader sees as characters, so that no cut separates an accent from its letter. */
function* toCharacters(text: string): Generator<string> {
  if (ASCII.test(text)) {
    yield* text;
    return;
  }
  segmenter ??= new Intl.Segmenter('en', { granularity: 'grapheme' });
  for (const { segment } of segmenter.segment(text)) yield segment;
}

/** Shortens a text to a width in columns. */
export function clip(text: string, width: number): string {
  if (widthOfText(text) <= width) return text;
  let clipped = '';
  let used = 0;
  for (const character of toCharacters(text)) {
    used += widthOfText(character);
    if (used > width - 1) break;
    clipped += character;
  }
  return `${clipped}…`;
}

/** Clips a text of any length without measuring all of it. */
export function clipText(text: string, width: number): string {
  const head = text.slice(0, 4 * width).toWellFormed();
  const clipped = clip(head, width);
  return text.length > head.length && !clipped.endsWith('…') ? `${clipped}…` : clipped;
}

interface WrapOptions {
  /** The prefixes of the first line and of each further line. Both are part of the width. */
  readonly first?: string;
  readonly rest?: string;
  /** The maximum number of lines; the last one ends with "…" if text is omitted. */
  readonly maxLines?: number;
  /** Keeps a word that is too wide in one piece, so that an address or a path can be copied. */
  readonly keepWords?: boolean;
}

/**
 * Breaks a text into lines of at most `width` columns, at spaces; a word is broken only if it alone is too wide.
 * Existing line breaks stay. A character wider than the line gets its own line.
 */
export function wrap(text: string, width: number, options: WrapOptions = {}): string[] {
  const { first = '', rest = first, maxLines = Infinity, keepWords = false } = options;
  const lines: string[] = [];
  for (const paragraph of text.split('\n')) {
    let line = '';
    let used = 0;
    const roomOf = (): number => width - widthOfText(lines.length === 0 ? first : rest);
    const end = (): void => {
      lines.push((lines.length === 0 ? first : rest) + line);
      [line, used] = ['', 0];
    };
    for (const word of paragraph.split(/ +/).filter((part) => part !== '')) {
      if (lines.length > maxLines) break;
      const size = widthOfText(word);
      if (used > 0 && used + 1 + size > roomOf()) end();
      if (used > 0) [line, used] = [`${line} `, used + 1];
      if (size <= roomOf() - used || (keepWords && used === 0)) {
        [line, used] = [line + word, used + size];
        continue;
      }
      for (const character of toCharacters(word)) {
        const own = widthOfText(character);
        if (used > 0 && used + own > roomOf()) end();
        [line, used] = [line + character, used + own];
      }
    }
    end();
  }
  if (lines.length <= maxLines) return lines;
  return [...lines.slice(0, maxLines - 1), toCut(lines[maxLines - 1] ?? '', width)];
}

/** Adds "…" to a line after which text is omitted, and removes its last word if there is no room. */
function toCut(line: string, width: number): string {
  if (widthOfText(line) < width) return `${line}…`;
  const shorter = line.replace(/(?<=\S) \S*$/, '');
  return shorter === line ? clip(`${line} `, width) : `${shorter}…`;
}

/** The same as one text with a line break at its end. */
export function wrapText(text: string, width: number, options?: WrapOptions): string {
  return wrap(text, width, options)
    .map((line) => `${line.trimEnd()}\n`)
    .join('');
}

/**
 * Wraps lines that are too wide, and indents each further line like the first. Lines that fit stay unchanged, and so do
 * words wider than the terminal.
 */
export function wrapLines(text: string, width: number): string {
  if (width === Infinity) return text;
  return text
    .split('\n')
    .map((line) => (widthOfText(line) <= width ? line : wrapLine(line, width)))
    .join('\n');
}

function wrapLine(line: string, width: number): string {
  const indent = /^ */.exec(line)?.[0] ?? '';
  return wrap(line.slice(indent.length), width, { first: indent, keepWords: true }).join('\n');
}

/**
 * Rewraps paragraphs that were wrapped for a wider screen. Indented lines, such as commands to copy, stay unchanged.
 */
export function wrapProse(text: string, width: number): string {
  const lines: string[] = [];
  let open: string | null = null;
  const close = (): void => {
    if (open !== null) lines.push(open);
    open = null;
  };
  for (const line of text.split('\n')) {
    const isProse = /^\S/.test(line);
    if (!isProse) close();
    const whole: string = open === null ? line : `${open} ${line}`;
    if (open === null && (!isProse || widthOfText(line) <= width)) lines.push(line);
    else {
      const set = wrap(whole, width, { keepWords: true });
      open = set.pop() ?? '';
      lines.push(...set);
    }
  }
  close();
  return lines.join('\n');
}

export type Align = 'left' | 'right';

export function pad(text: string, width: number, align: Align): string {
  const space = ' '.repeat(Math.max(0, width - widthOfText(text)));
  return align === 'right' ? space + text : text + space;
}

/** 1234567 as "1,234,567". */
export function renderCount(count: number): string {
  return count.toLocaleString('en-US');
}

/** A count with its noun, as "1 row" or "1,234 rows". */
export function renderPlural(count: number, noun: string, plural = `${noun}s`): string {
  return `${renderCount(count)} ${count === 1 ? noun : plural}`;
}
