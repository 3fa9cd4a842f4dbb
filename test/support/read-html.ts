import { Parser } from 'htmlparser2';

const VOID = new Set(['br', 'hr', 'img', 'input', 'link', 'meta', 'col', 'wbr']);

export interface ReadElement {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly parent: ReadElement | null;
  text: string;
}

/** The elements of a page in order, with the text inside each. */
export function readElements(page: string): ReadElement[] {
  const all: ReadElement[] = [];
  const open: ReadElement[] = [];
  const parser = new Parser({
    onopentag(name, attributes) {
      const element = { name, attributes, parent: open.at(-1) ?? null, text: '' };
      all.push(element);
      open.push(element);
    },
    ontext(text) {
      for (const element of open) element.text += text;
    },
    onclosetag() {
      open.pop();
    },
  });
  parser.end(page);
  return all;
}

/** Faults of the tags of a page. Each element must be closed, in order, and no attribute may occur twice. */
export function listTagFaults(page: string): string[] {
  const faults: string[] = [];
  const open: string[] = [];
  for (const [tag] of page.replace(/<!doctype html>/i, '').matchAll(/<[^>]*>?/g)) {
    const parts = /^<(\/?)([a-z][a-z\d]*)((?:\s+[a-zA-Z][a-zA-Z\d-]*(?:="[^"<]*")?)*)\s*(\/?)>$/.exec(tag);
    if (parts === null) {
      faults.push(`not a tag: ${tag.slice(0, 100)}`);
      continue;
    }
    const [, slash, name = '', attributes = ''] = parts;
    const names = attributes
      .replace(/="[^"]*"/g, '')
      .trim()
      .split(/\s+/);
    if (new Set(names).size < names.length) faults.push(`twice the same attribute: ${tag}`);
    if (VOID.has(name)) continue;
    if (slash === '') open.push(name);
    else if (open.at(-1) === name) open.pop();
    else faults.push(`</${name}> closes <${open.at(-1) ?? ''}>`);
  }
  return open.length === 0 ? faults : [...faults, `never closed: ${open.join(', ')}`];
}

/** Faults for readers who use no mouse or cannot see the page. */
export function listStructureFaults(page: string): string[] {
  const all = readElements(page);
  const of = (name: string): ReadElement[] => all.filter((one) => one.name === name);
  const ids = all.flatMap(({ attributes: { id } }) => (id === undefined ? [] : [id]));
  const headings = all.filter(({ name }) => /^h[1-6]$/.test(name));
  const labels = of('label').map(({ attributes }) => attributes.for);
  return [
    ...(of('h1').length === 1 ? [] : [`${of('h1').length} main headings`]),
    ...(of('title')[0]?.text.trim() ? [] : ['no title']),
    ...(of('html')[0]?.attributes.lang === 'en' ? [] : ['no language']),
    ...(of('main').length === 1 ? [] : ['no main part']),
    ...ids.filter((id, at) => ids.indexOf(id) !== at).map((id) => `id ${id} is there twice`),
    ...of('table').flatMap((table) =>
      all.some((one) => one.name === 'caption' && one.parent === table) ? [] : ['a table without a caption'],
    ),
    ...of('th').flatMap(({ attributes, text }) =>
      attributes.scope === undefined ? [`no scope: ${text}`] : [],
    ),
    ...[...of('input'), ...of('select'), ...of('textarea')].flatMap(({ attributes: { id = '', type } }) =>
      labels.includes(id) || type === 'hidden' ? [] : [`no label for ${id}`],
    ),
    ...of('a').flatMap(({ text, attributes }) =>
      text.trim() === '' ? [`an empty link: ${attributes.href}`] : [],
    ),
    ...headings.flatMap((one, at) =>
      at > 0 && Number(one.name[1]) > Number(headings[at - 1]?.name[1]) + 1
        ? [`no level above ${one.text}`]
        : [],
    ),
    ...all.flatMap(({ name, attributes }) =>
      Object.keys(attributes).flatMap((attribute) =>
        /^(?:on|style$)/.test(attribute) ? [`<${name} ${attribute}>`] : [],
      ),
    ),
    ...all.flatMap(({ name }) =>
      ['script', 'style', 'iframe', 'object', 'embed', 'base'].includes(name) ? [`<${name}>`] : [],
    ),
  ];
}

/** The addresses of a page's links and forms. */
export function listAddresses(page: string): string[] {
  return readElements(page).flatMap(({ name, attributes }) =>
    name === 'form' ? [attributes.action ?? ''] : 'href' in attributes ? [attributes.href] : [],
  );
}
