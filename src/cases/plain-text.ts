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

/**
 * The text of a piece of HTML as a reader would see it: entities resolved, paragraphs apart by an empty line, list
 * items on lines of their own, no scripts or styles. Broken HTML gives what a browser would show; text that is not
 * HTML stays as it is, but for its white space.
 */
export function toPlainText(html: string): string {
  let text = '';
  let silent = 0;
  /** Line breaks and white space owed before the next text. */
  let breaks = 0;
  let space = false;
  const add = (words: string): void => {
    if (text !== '') text += breaks > 0 ? '\n'.repeat(breaks) : space ? ' ' : '';
    text += words;
    breaks = 0;
    space = false;
  };
  const parser = new Parser({
    onopentagname(tag) {
      if (SILENT.has(tag)) silent++;
      breaks = tag === 'br' ? Math.min(2, breaks + 1) : Math.max(breaks, BREAKS.get(tag) ?? 0);
      if (tag === 'li' && silent === 0) {
        add('-');
        space = true;
      }
      if (tag === 'td' || tag === 'th') space = true;
    },
    ontext(data) {
      if (silent > 0) return;
      const words = data.replace(/\s+/g, ' ').trim();
      if (/^\s/.test(data)) space = true;
      if (words !== '') add(words);
      if (/\s$/.test(data)) space = true;
    },
    onclosetag(tag) {
      if (SILENT.has(tag)) silent--;
      breaks = Math.max(breaks, BREAKS.get(tag) ?? 0);
    },
  });
  parser.end(html);
  return text;
}
