import { Parser } from 'htmlparser2';
import { type Content, type Html, html, linkTo } from './html.ts';

/** What an element of a foreign text becomes. Elements that are not here leave their text behind, without themselves. */
const ELEMENTS: Readonly<Record<string, (content: Content) => Html>> = {
  p: (content) => html`<p>${content}</p>`,
  div: (content) => html`<div>${content}</div>`,
  br: () => html`<br />`,
  b: (content) => html`<strong>${content}</strong>`,
  strong: (content) => html`<strong>${content}</strong>`,
  i: (content) => html`<em>${content}</em>`,
  em: (content) => html`<em>${content}</em>`,
  u: (content) => html`<em>${content}</em>`,
  sup: (content) => html`<sup>${content}</sup>`,
  sub: (content) => html`<sub>${content}</sub>`,
  blockquote: (content) => html`<blockquote>${content}</blockquote>`,
  ul: (content) =>
    html`<ul>
      ${content}
    </ul>`,
  ol: (content) =>
    html`<ol>
      ${content}
    </ol>`,
  li: (content) => html`<li>${content}</li>`,
  ...Object.fromEntries(
    // The headings of the page are above them.
    ['h1', 'h2', 'h3', 'h4', 'h5', 'h6'].map((name) => [
      name,
      (content: Content) => html`<h3>${content}</h3>`,
    ]),
  ),
  tr: (content) => html`<div>${content}</div>`,
  td: (content) => html`<span>${content} </span>`,
  th: (content) => html`<span>${content} </span>`,
};

/** Items that stand outside a list, and lists that hold other things, are not HTML. */
const INSIDE_ITEM = new Set(['ul', 'ol']);
/** Elements whose content is not text for a reader. */
const SILENT = new Set([
  'script',
  'style',
  'template',
  'head',
  'title',
  'iframe',
  'object',
  'noscript',
  'svg',
  'math',
]);
/** Deeper elements lose their own form, not their text. */
const MAX_DEPTH = 12;

interface OpenElement {
  readonly name: string;
  readonly href: string | undefined;
  readonly content: Content[];
}

export interface RichText {
  readonly content: Html;
  /** Whether the text was too long, and only its beginning is here. */
  readonly isCut: boolean;
}

/**
 * Turns HTML from outside into markup of our own: a few elements, no attribute but the address of a link. Nothing is
 * filtered out of the text; the page is built anew from what the parser reads, and every text is escaped.
 */
export function toRichText(source: string, maxLength: number): RichText {
  const root: OpenElement = { name: '', href: undefined, content: [] };
  const stack = [root];
  let silent = 0;
  const top = (): OpenElement => stack.at(-1) ?? root;
  const close = (): void => {
    const element = stack.pop();
    if (element !== undefined) top().content.push(toElement(element));
  };
  const parser = new Parser({
    onopentag(name, { href }) {
      if (SILENT.has(name)) silent++;
      if (silent > 0 || stack.length > MAX_DEPTH || !(name === 'a' || Object.hasOwn(ELEMENTS, name))) return;
      if (name === 'li' && !INSIDE_ITEM.has(top().name)) return;
      if (name !== 'li' && INSIDE_ITEM.has(top().name)) return;
      stack.push({ name, href, content: [] });
    },
    ontext(text) {
      if (silent > 0 || (INSIDE_ITEM.has(top().name) && text.trim() === '')) return;
      if (INSIDE_ITEM.has(top().name)) stack.push({ name: 'li', href: undefined, content: [] });
      top().content.push(text);
    },
    onclosetag(name) {
      if (SILENT.has(name)) silent--;
      const at = stack.findLastIndex((element) => element.name === name);
      if (at < 1) return;
      while (stack.length > at) close();
    },
  });
  parser.write(source.slice(0, maxLength).toWellFormed());
  parser.end();
  while (stack.length > 1) close();
  return { content: html`${root.content}`, isCut: source.length > maxLength };
}

function toElement({ name, href = '', content }: OpenElement): Html {
  if (name !== 'a') return (ELEMENTS[name] ?? toInline)(content);
  // Relative addresses would lead to pages of this server, which the author of the text does not know.
  return /^https?:/i.test(href.trim()) ? linkTo(href.trim(), content) : toInline(content);
}

const toInline = (content: Content): Html => html`${content}`;
