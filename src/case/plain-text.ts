import { Parser } from 'htmlparser2';

/** Block elements, and the number of line breaks around each. */
const BREAKS: ReadonlyMap<string, number> = new Map([
  ...['p', 'blockquote', 'h1', 'h2', 'h3', 'h4', 'h5', 'h6', 'ul', 'ol', 'table', 'pre'].map(
    (tag) => [tag, 2] as const,
  ),
  ...['li', 'tr', 'div', 'dt', 'dd', 'hr'].map((tag) => [tag, 1] as const),
]);

/** Elements whose content is not text for a reader. */
const SILENT: ReadonlySet<string> = new Set(['script', 'style', 'template', 'head', 'title']);

/** The text so far, and the line breaks due before the next word. */
interface Reading {
  text: string;
  /** The number of open silent elements. */
  silent: number;
  breaks: number;
  space: boolean;
}

const toBeginning = (): Reading => ({ text: '', silent: 0, breaks: 0, space: false });
let reading = toBeginning();

function add(words: string): void {
  const { text, breaks, space } = reading;
  const gap = text === '' ? '' : breaks > 0 ? '\n'.repeat(breaks) : space ? ' ' : '';
  reading.text += gap + words;
  reading.breaks = 0;
  reading.space = false;
}

/**
 * White space other than a single space between words. Most texts have none, and a test costs less than a replacement.
 */
const IRREGULAR_SPACE = /\s\s|[^\S ]/;
const isSpace = (character: string): boolean => character !== '' && character.trim() === '';

/**
 * One parser for all texts. With a parser for each text, the compiled code refers to the last parser and is discarded
 * by each garbage collection, which makes reading five times as slow.
 */
const parser = new Parser({
  onopentagname(tag) {
    if (SILENT.has(tag)) reading.silent++;
    reading.breaks =
      tag === 'br' ? Math.min(2, reading.breaks + 1) : Math.max(reading.breaks, BREAKS.get(tag) ?? 0);
    if (tag === 'li' && reading.silent === 0) {
      add('-');
      reading.space = true;
    }
    if (tag === 'td' || tag === 'th') reading.space = true;
  },
  ontext(data) {
    if (reading.silent > 0) return;
    const words = (IRREGULAR_SPACE.test(data) ? data.replace(/\s+/g, ' ') : data).trim();
    if (isSpace(data.charAt(0))) reading.space = true;
    if (words !== '') add(words);
    if (isSpace(data.charAt(data.length - 1))) reading.space = true;
  },
  onclosetag(tag) {
    if (SILENT.has(tag)) reading.silent--;
    reading.breaks = Math.max(reading.breaks, BREAKS.get(tag) ?? 0);
  },
});

/**
 * The text that a reader of the HTML would see: entities decoded, an empty line between paragraphs, list items on
 * separate lines, no scripts or styles. Broken HTML gives what a browser would show. Text that is not HTML stays
 * unchanged except for its white space.
 */
export function toPlainText(html: string): string {
  reading = toBeginning();
  parser.reset();
  parser.end(html);
  return reading.text;
}
