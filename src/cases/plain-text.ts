import { Parser } from 'htmlparser2';

/** Elements that stand on lines of their own; the number is how many line breaks set them off. */
const BREAKS: ReadonlyMap<string, number> = new Map([
  ...['p', 'blockquote', 'h1', 'h2', 'h3', 'h4', 'h5', 'h6', 'ul', 'ol', 'table', 'pre'].map(
    (tag) => [tag, 2] as const,
  ),
  ...['li', 'tr', 'div', 'dt', 'dd', 'hr'].map((tag) => [tag, 1] as const),
]);

/** Elements whose content is no text for a reader. */
const SILENT: ReadonlySet<string> = new Set(['script', 'style', 'template', 'head', 'title']);

/** What has been read of a text, and what is owed before its next words. */
interface Reading {
  text: string;
  /** How many silent elements are open. */
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
 * One for all texts: of a parser that is made for each, the compiled code refers to the last, and is thrown away with it
 * whenever memory is collected. Reading then takes five times as long.
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
    const words = data.replace(/\s+/g, ' ').trim();
    if (/^\s/.test(data)) reading.space = true;
    if (words !== '') add(words);
    if (/\s$/.test(data)) reading.space = true;
  },
  onclosetag(tag) {
    if (SILENT.has(tag)) reading.silent--;
    reading.breaks = Math.max(reading.breaks, BREAKS.get(tag) ?? 0);
  },
});

/**
 * The text of a piece of HTML as a reader would see it: entities resolved, paragraphs apart by an empty line, list
 * items on lines of their own, no scripts or styles. Broken HTML gives what a browser would show; text that is not
 * HTML stays as it is, but for its white space.
 */
export function toPlainText(html: string): string {
  reading = toBeginning();
  parser.reset();
  parser.end(html);
  return reading.text;
}
