// oxlint-disable-next-line no-restricted-imports
import { html as template, raw } from 'hono/html';
import type { HtmlEscapedString } from 'hono/utils/html';
import { type Aim, aimCommand } from '../../lib/command-line.ts';
import { PACKAGE } from '../../lib/package-info.ts';

/** Markup that is safe to send. */
export type Html = HtmlEscapedString;

/** What a template accepts: text, which it escapes, and markup, which it does not. */
export type Content = Html | string | number | null | false | readonly Content[];

/** Creates markup. Every text in it is escaped. The lint rule `html/holes` refuses the places where that is not enough. */
export function html(strings: TemplateStringsArray, ...values: readonly Content[]): Html {
  // It is a promise only if one of the values is a promise.
  return template(toShort(strings), ...values.map(toPrintable)) as Html;
}

const short = new WeakMap<TemplateStringsArray, TemplateStringsArray>();

/** A template without its indentation, which would be a third of a page of many rows. */
function toShort(strings: TemplateStringsArray): TemplateStringsArray {
  const known = short.get(strings);
  if (known !== undefined) return known;
  const made = strings.map((text) => text.replace(/\s*\n\s*/g, '\n')) as unknown as TemplateStringsArray;
  short.set(strings, made);
  return made;
}

/** Control characters, which HTML cannot hold. */
// oxlint-disable-next-line no-control-regex
const CONTROLS = /[\0-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]/g;

function toPrintable(content: Content): unknown {
  if (typeof content === 'string') return content.replace(CONTROLS, '\ufffd');
  return Array.isArray(content) ? content.map(toPrintable) : content;
}

/** Text of this program: what is in backticks is code. */
export function renderWords(words: string): Content {
  return words.split('`').map((part, at) => (at % 2 === 1 ? html`<code>${part}</code>` : part));
}

const ENTITIES = { '&amp;': '&', '&lt;': '<', '&gt;': '>', '&quot;': '"', '&#39;': "'" } as const;
const CODE = new RegExp(`<code>(${PACKAGE.name} [^<\\n\`]+)</code>`, 'g');

/** A page on which `aim` has completed each command of this program. */
export function aimCode(page: string, aim: Aim): string {
  return page.replaceAll(CODE, (_, code: string) => {
    const command = code.replaceAll(
      /&(?:amp|lt|gt|quot|#39);/g,
      (one) => ENTITIES[one as keyof typeof ENTITIES],
    );
    return html`<code>${aimCommand(aim, command)}</code>`.toString();
  });
}

/** A style sheet inside a document. It is text of this program, which must not end the element. */
export function toStyleElement(css: string): Html {
  if (css.includes('<')) throw new Error('A style sheet inside a document holds no "<".');
  return raw(`<style>${css}</style>`);
}

/** Joins contents with a text between each two. */
export function join(contents: readonly Content[], between: Content): Content {
  return contents.flatMap((content, at) => (at === 0 ? [content] : [between, content]));
}

declare const checked: unique symbol;
/** An address that a link may have. */
export type Href = string & { readonly [checked]: true };

/** An address in this server: it begins with one slash. Browsers read `//` and `/\` as the name of a host. */
const OWN_ADDRESS = /^(?:\/(?![/\\])|#)/;

/** Returns the address if a link may have it: a page of this server, http or https. Otherwise null. */
export function toSafeHref(address: string): Href | null {
  if (OWN_ADDRESS.test(address)) return address as Href;
  if (!/^https?:\/\//i.test(address) || !URL.canParse(address)) return null;
  return new URL(address).href as Href;
}

/** Returns the address of a page of this server. Throws if the address is not one. */
export function toHref(address: string): Href {
  const href = OWN_ADDRESS.test(address) ? toSafeHref(address) : null;
  if (href === null) throw new Error('An address of a page begins with one slash.');
  return href;
}

/** A link. If a link may not have the address, its content alone. */
export function linkTo(address: string | null | undefined, content: Content): Html {
  const href = address == null ? null : toSafeHref(address);
  if (href === null) return html`${content}`;
  return OWN_ADDRESS.test(href)
    ? html`<a href="${href}">${content}</a>`
    : html`<a href="${href}" rel="noreferrer" class="out">${content}</a>`;
}

/** A link to the present page or list is marked for all readers. */
export function linkUnlessCurrent(address: string, content: Content, isCurrent: boolean): Html {
  return isCurrent
    ? html`<a href="${toHref(address)}" aria-current="page">${content}</a>`
    : linkTo(address, content);
}
