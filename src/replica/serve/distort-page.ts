import { isJsonObject, type JsonObject, type JsonValue } from '../../json.ts';
import type { Fault } from './fault.ts';

const PAGE_FAULTS = [
  'envelope',
  'envelope-without',
  'count',
  'repeat-page',
  'empty-page',
  'next',
  'next-loop',
  'malformed-case',
  'foreign-label',
] as const satisfies readonly Fault['kind'][];

/** The faults that leave the transport alone and change what the envelope says. */
export type PageFault = Extract<Fault, { kind: (typeof PAGE_FAULTS)[number] }>;

export function isPageFault(fault: Fault): fault is PageFault {
  return PAGE_FAULTS.some((kind) => kind === fault.kind);
}

/** What a distortion may need to know besides the envelope. */
interface PageContext {
  /** The absolute URL of the page asked for. */
  readonly url: URL;
  readonly page: number;
  readonly basePath: string;
  /** The results of another page of the same list; empty when there is no such page. */
  readonly resultsOf: (page: number) => JsonValue;
}

/** The envelope with the fault in it. */
export function distortPage(envelope: JsonObject, fault: PageFault, context: PageContext): JsonObject {
  switch (fault.kind) {
    case 'envelope':
      return { ...envelope, ...fault.fields };
    case 'envelope-without':
      return Object.fromEntries(Object.entries(envelope).filter(([field]) => field !== fault.field));
    case 'count':
      return { ...envelope, count: Number(envelope.count) + fault.by };
    case 'repeat-page':
      return { ...envelope, results: context.resultsOf(context.page - 1) };
    case 'empty-page':
      return { ...envelope, results: [] };
    case 'next':
      return { ...envelope, next: strayNext(fault.to, context) };
    case 'next-loop':
      return { ...envelope, next: loopingNext(fault.pages, envelope, context) };
    case 'foreign-label':
      return { ...envelope, results: withForeignLabel(envelope.results) };
    case 'malformed-case':
      return { ...envelope, results: withMalformedCase(envelope.results, fault) };
  }
}

function strayNext(to: (PageFault & { kind: 'next' })['to'], { url, page, basePath }: PageContext): string {
  const next = new URL(url);
  next.searchParams.set('page', String(page + 1));
  switch (to) {
    case 'not-a-url':
      return 'page two, please';
    case 'query-only':
      return next.search;
    case 'foreign-host':
      next.hostname = 'elsewhere.example';
      break;
    case 'other-scheme':
      next.protocol = next.protocol === 'http:' ? 'https:' : 'http:';
      break;
    case 'other-filter':
      next.searchParams.set(
        'case_ongoing',
        next.searchParams.get('case_ongoing') === '5020' ? '5021' : '5020',
      );
      break;
    case 'outside':
      next.pathname = next.pathname.replace(basePath, '/accounts/');
  }
  return next.href;
}

/** From page `pages` on, back to the first page; before it, the envelope's own way. */
function loopingNext(pages: number, envelope: JsonObject, { url, page }: PageContext): JsonValue {
  if (page < pages) return envelope.next ?? null;
  const first = new URL(url);
  first.searchParams.set('page', String(page - pages + 1));
  return first.href;
}

function withMalformedCase(
  results: JsonValue | undefined,
  fault: PageFault & { kind: 'malformed-case' },
): JsonValue {
  if (!Array.isArray(results)) return [];
  return results.map((record, place) => (place === (fault.place ?? 0) ? malform(record, fault.as) : record));
}

function withForeignLabel(results: JsonValue | undefined): JsonValue {
  if (!Array.isArray(results)) return [];
  return results.map((record, place) =>
    place > 0 || !isJsonObject(record)
      ? record
      : { ...record, case_ongoing: record.case_ongoing === 'No' ? 'Yes' : 'No', case_status: 'Approved' },
  );
}

function malform(record: JsonValue, as: (PageFault & { kind: 'malformed-case' })['as']): JsonValue {
  if (as === 'null') return null;
  if (as === 'text') return 'a case, honestly';
  const { id, ...rest } = isJsonObject(record) ? record : {};
  return as === 'no-id' ? rest : { ...rest, id: JSON.stringify(id) };
}
