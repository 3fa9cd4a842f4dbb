/** The ways in which a user can refer to a case. */
export type CaseReference =
  | { readonly kind: 'id'; readonly id: number }
  | { readonly kind: 'docket number'; readonly text: string; readonly number: DocketNumber }
  /** The link to the page of a document. */
  | { readonly kind: 'document'; readonly id: number }
  /** A number that no case can have, or nothing. */
  | { readonly kind: 'none'; readonly why: string }
  /** A number of another form, or words of the name. */
  | { readonly kind: 'words'; readonly text: string };

/** The parts of a federal docket number, independent of its spelling. */
export interface DocketNumber {
  /** The first part of "4:19-cv-00123"; null if omitted. */
  readonly office: number | null;
  /** Two or four digits. */
  readonly year: string;
  /** "cv", "cr", ...; null if omitted. */
  readonly type: string | null;
  readonly filing: number;
}

/** Parses an id, a link to the site or the API, a docket number, or words of the name. */
export function parseCaseReference(text: string): CaseReference {
  const trimmed = text
    .normalize('NFKC')
    .replace(/\p{Cf}/gu, '')
    .trim()
    .replace(/^<(.*)>$/, '$1');
  if (trimmed === '') return { kind: 'none', why: 'It is empty.' };
  if (hasMoreThanLink(trimmed))
    return { kind: 'none', why: 'It has a link to a case and more: name one case at a time.' };
  const digits = findDigits(trimmed);
  if (digits !== null) return toId(digits);
  const documentId = findDocumentInLink(trimmed);
  if (documentId !== null) return { kind: 'document', id: documentId };
  const number = parseDocketNumber(trimmed);
  return number === null
    ? { kind: 'words', text: trimmed }
    : { kind: 'docket number', text: trimmed, number };
}

/** Whether a text has a link to a case and anything else, such as a second link. */
function hasMoreThanLink(text: string): boolean {
  const words = text.split(/\s+/);
  return words.length > 1 && words.some((word) => findInLink(word.replace(/^</, '')) !== null);
}

/** Returns the id in an id or a link. */
function findDigits(text: string): string | null {
  const [, digits] = /^(?:case ?|#)?([+-]?\d+|\d{1,3}(?:,\d{3})+)$/i.exec(text) ?? [];
  return digits?.replaceAll(',', '') ?? findInLink(text);
}

const LINK = /^(?:https?:\/\/)?(?:[\w-]+\.)*clearinghouse\.net(?::\d+)?(\/\S*)?$/i;
const PLACES = [/^\/+case\/+(\d+)(?![\w.])/i, /\/cases\/+(\d+)(?![\w.])/i, /[?&]case_id=(\d+)(?!\w)/i];

function findInLink(text: string): string | null {
  const [, path] = LINK.exec(text) ?? [];
  if (path === undefined) return null;
  return PLACES.map((place) => place.exec(path)?.[1]).find((digits) => digits !== undefined) ?? null;
}

function findDocumentInLink(text: string): number | null {
  const [, path] = LINK.exec(text) ?? [];
  const [, digits] = /^\/+(?:doc|api\/[^/]+\/documents)\/+(\d+)(?![\w.])/i.exec(path ?? '') ?? [];
  const id = Number(digits);
  return Number.isSafeInteger(id) && id > 0 ? id : null;
}

function toId(digits: string): CaseReference {
  const id = Number(digits);
  if (id < 1) return { kind: 'none', why: 'Ids of cases are whole numbers from 1 on.' };
  if (!Number.isSafeInteger(id)) return { kind: 'none', why: 'No case has so large an id.' };
  return { kind: 'id', id };
}

/** The text before a docket number: "Civil Action No.", "Case #", "Civ. A. No.", "D. Mass. No."... */
const LEAD =
  /^(?:#[\s:#]*)?(?:(?:case|civil|civ\.?|action|act\.?|a\.|docket|dkt\.?|number|no\.?|nos\.?)[\s:#]*)*(?=[\d(]|[a-z]{1,4}[\s.-]*\d)/i;
const FORMS = [
  // 4:19-cv-00123-ABC, 19 Civ. 123, 2019cv123
  /^(?:(?<office>\d{1,2}):)?(?<year>\d{2}|\d{4})[\s-]*(?<type>[a-z]{1,4})\.?[\s-]*(?<filing>\d{1,6})(?!\d)(?<rest>.*)$/i,
  // CV-19-00123, C 11-1234
  /^(?<type>[a-z]{1,4})\.?[\s-]*(?<year>\d{2}|\d{4})[\s-]+(?<filing>\d{1,6})(?!\d)(?<rest>.*)$/i,
  // 83-1234, 4:83-1234
  /^(?:(?<office>\d{1,2}):)?(?<year>\d{2}|\d{4})-(?<filing>\d{1,6})(?!\d)(?<rest>.*)$/i,
];
/** The initials of judges, "(ABC)". The pattern excludes text that could be words of a name. */
const INITIALS = /^(?:[\s-]*\(?[A-Z]+(?![A-Z])\)?|-[a-z]{1,4})*[\s.]*$/;
const CIVIL = new Set(['c', 'ca', 'civ', 'cv']);

/** Parses a docket number in any of the forms that courts and people write. */
export function parseDocketNumber(text: string): DocketNumber | null {
  const bare = text
    .trim()
    .replace(/[‐‑‒–—]/g, '-')
    .replace(LEAD, '');
  for (const form of FORMS) {
    const { office, year, type, filing, rest = '' } = form.exec(bare)?.groups ?? {};
    if (year === undefined || filing === undefined || !INITIALS.test(rest)) continue;
    const kind = type?.toLowerCase() ?? null;
    return {
      office: office === undefined ? null : Number(office),
      year,
      type: kind !== null && CIVIL.has(kind) ? 'cv' : kind,
      filing: Number(filing),
    };
  }
  return null;
}

/** Whether two docket numbers can be the same: the parts that both contain are equal. */
export function isSameDocket(asked: DocketNumber, stored: DocketNumber): boolean {
  const year =
    asked.year.length === 4 && stored.year.length === 4
      ? asked.year === stored.year
      : asked.year.slice(-2) === stored.year.slice(-2);
  const agree = <Part>(one: Part | null, other: Part | null): boolean =>
    one === null || other === null || one === other;
  return (
    year &&
    asked.filing === stored.filing &&
    agree(asked.office, stored.office) &&
    agree(asked.type, stored.type)
  );
}

/** Compares docket numbers of another form by their letters and digits. */
export function toBareNumber(text: string): string {
  return text.toLowerCase().replace(/[^\p{L}\p{N}]/gu, '');
}

const VERSUS = new Set(['v', 'vs', 'versus', 'the', 'of', 'and', 'et', 'al']);

/** The words of a name in the form used for comparison: without accents, capitals and "v." */
export function toNameWords(name: string): string[] {
  const words = name
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replace(/['’]/g, '')
    .split(/[^\p{L}\p{N}]+/u)
    .filter((word) => word !== '');
  const telling = words.filter((word) => !VERSUS.has(word));
  return telling.length === 0 ? words : telling;
}

/** The page of a case on the site, built from its id (A50). */
export function toCaseLink(id: number): string {
  return `https://clearinghouse.net/case/${id}`;
}

/** The page of a document on the site, built from its id (A50). */
export function toDocumentLink(id: number): string {
  return `https://clearinghouse.net/doc/${id}`;
}
