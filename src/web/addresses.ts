import { toCaseLink, toDocumentLink } from '../case/reference.ts';

type Value = string | number | null | undefined;
/** The filters and the place of a list, by the names of its parameters. An empty or missing value is left out. */
export type Parameters = Readonly<Record<string, Value | readonly Value[]>>;

/** The forms in which a list can be requested: a page, or a file with all of its rows. */
export const LIST_FORMS = ['csv', 'json'] as const;
export type ListForm = (typeof LIST_FORMS)[number];

/**
 * Builds the address of a page of this server. Every address comes from here, so no part of it is ever taken from the
 * address of the present page.
 */
function toAddress(segments: readonly (string | number)[], parameters: Parameters = {}): string {
  const path = `/${segments.map((segment) => encodeURIComponent(segment)).join('/')}`;
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(parameters).flatMap(([key, values]) =>
    [values].flat().map((one) => [key, one] as const),
  ))
    if (value !== null && value !== undefined && value !== '') query.append(name, String(value));
  const text = query.toString();
  return text === '' ? path : `${path}?${text}`;
}

/** The address of a list in another form. */
function toListAddress(
  segments: readonly (string | number)[],
  parameters: Parameters,
  form?: ListForm,
): string {
  const last = segments.at(-1) ?? '';
  return toAddress(form === undefined ? segments : [...segments.slice(0, -1), `${last}.${form}`], parameters);
}

/** The addresses of the pages. */
export const ADDRESS = {
  home: () => toAddress([]),
  style: () => toAddress(['style.css']),
  icon: () => toAddress(['icon.svg']),
  cases: (filters: Parameters = {}, form?: ListForm) => toListAddress(['cases'], filters, form),
  case: (id: number, asOf?: string | number, page?: number) =>
    toAddress(['cases', id], { 'as-of': asOf, page: page === 1 ? undefined : page }),
  caseJson: (id: number) => toAddress(['cases', `${id}.json`]),
  summary: (id: number, page: number) => toAddress(['cases', id, 'summary'], { page }),
  docket: (id: number, filters: Parameters = {}, form?: ListForm) =>
    toListAddress(['cases', id, 'docket'], filters, form),
  history: (id: number, filters: Parameters = {}, form?: ListForm) =>
    toListAddress(['cases', id, 'history'], filters, form),
  changes: (filters: Parameters = {}, form?: ListForm) => toListAddress(['changes'], filters, form),
  departed: (filters: Parameters = {}, form?: ListForm) => toListAddress(['departed'], filters, form),
  runs: (filters: Parameters = {}, form?: ListForm) => toListAddress(['runs'], filters, form),
  run: (id: number) => toAddress(['runs', id]),
  about: () => toAddress(['about']),
  sql: (sql?: string, form?: ListForm) => toListAddress(['sql'], { sql }, form),
  schema: (table?: string) => toAddress(table === undefined ? ['schema'] : ['schema', table]),
  transitions: (filters: Parameters = {}, form?: ListForm) => toListAddress(['transitions'], filters, form),
  audit: (name?: string, filters: Parameters = {}, form?: ListForm) =>
    toListAddress(
      ['audit', ...(name === undefined ? [] : [name]), ...(form === undefined ? [] : ['cases'])],
      filters,
      form,
    ),
  document: (id: number, page?: number) =>
    toAddress(['documents', id], { page: page === 1 ? undefined : page }),
  documents: (id: number, filters: Parameters = {}, form?: ListForm) =>
    toListAddress(['cases', id, 'documents'], filters, form),
  furtherDocket: (key: number, filters: Parameters = {}, form?: ListForm) =>
    toListAddress(['dockets', key, ...(form === undefined ? [] : ['entries'])], filters, form),
  search: (filters: Parameters = {}, form?: ListForm) => toListAddress(['search'], filters, form),
} as const;

/** The address of a part of the same page. */
export function toAnchor(id: string): string {
  return `#${encodeURIComponent(id)}`;
}

/** Where the names of cases, documents, further dockets and runs lead; null if nowhere. */
export interface Links {
  readonly case: (id: number) => string;
  readonly document: (id: number) => string;
  readonly docket: (key: number) => string | null;
  readonly run: (id: number) => string | null;
}

/** To pages of this server. */
export const PAGE_LINKS: Links = {
  case: (id) => ADDRESS.case(id),
  document: (id) => ADDRESS.document(id),
  docket: (key) => ADDRESS.furtherDocket(key),
  run: (id) => ADDRESS.run(id),
};

/** To the Clearinghouse, for a file that is read elsewhere. */
export const SITE_LINKS: Links = {
  case: toCaseLink,
  document: toDocumentLink,
  docket: () => null,
  run: () => null,
};
