import type { Fault } from '../../fake-api/serve/faults.ts';
import type { Random } from '../../fake-api/invent/random.ts';

/** The values that a fault can use. They are new for each request that it affects. */
export interface FaultContext {
  readonly random: Random;
  readonly token: string;
  /** The time of the virtual clock. */
  readonly now: Date;
  /** Whether the list of all cases is requested. */
  readonly isWhole: boolean;
}

type MakeFault = (context: FaultContext) => Fault;

const status =
  (code: number, body?: string): MakeFault =>
  () => ({ kind: 'status', status: code, ...(body !== undefined && { body }) });
const asJson =
  (code: number, toBody: (token: string) => unknown): MakeFault =>
  ({ token }) => ({ kind: 'status', status: code, body: toBody(token) as string[] });
const HTML = '<html><body>Please stand by.</body></html>';
/** Escapes a letter as JSON allows for any letter. */
const escaped = (text: string): string =>
  text.replace(/./g, (letter) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}`);

/** Everything that goes wrong in the API and the network on a faulty day. */
export const FAULTS = {
  '429 with seconds': ({ random }) => ({
    kind: 'status',
    status: 429,
    headers: { 'retry-after': random.pick(['0', '1', '30', '599', '5000']) },
  }),
  '429 with a date': ({ random, now }) => ({
    kind: 'status',
    status: 429,
    headers: {
      'retry-after': new Date(now.getTime() + random.pick([-60, 5, 120, 4000]) * 1000).toUTCString(),
    },
  }),
  '429 with a Unix time': ({ random, now }) => ({
    kind: 'status',
    status: 429,
    headers: { 'retry-after': String(Math.floor(now.getTime() / 1000) + random.pick([-5, 2, 90, 4000])) },
  }),
  '429 with a pause that ends the run': ({ random }) => ({
    kind: 'status',
    status: random.pick([429, 503]),
    headers: { 'retry-after': random.pick(['3600', '86400']) },
  }),
  '429 with an implausible pause': ({ random }) => ({
    kind: 'status',
    status: 429,
    headers: {
      'retry-after': random.pick(['-5', 'soon', '999999999', 'Sat, 01 Mar 5000 12:00:00 GMT']),
    },
  }),
  '429 without a pause': status(429),
  '408': status(408),
  '500': status(500, HTML),
  '502': status(502, HTML),
  '503': ({ random }) => ({
    kind: 'status',
    status: 503,
    body: HTML,
    headers: random.chance(0.5) ? { 'retry-after': '20' } : {},
  }),
  '504': status(504),
  '401': asJson(401, () => ({ detail: 'Invalid token.' })),
  '403': status(403, HTML),
  'the page of a bot check': ({ random }) => ({
    kind: 'status',
    status: random.pick([403, 405]),
    body: HTML,
    headers: { 'cf-mitigated': 'challenge' },
  }),
  '404': asJson(404, () => ({ detail: 'Not found.' })),
  '404 with Invalid page': asJson(404, () => ({ detail: 'Invalid page.' })),
  '400 with No results': asJson(400, () => ["No results for {'case_ongoing': '5021'}"]),
  '400 with a detail': asJson(400, () => ({ detail: 'Malformed request.' })),
  '400 for an unknown key': asJson(400, () => ['API Error: Key: case_ongoing, Value: 5021 not found.']),
  '400 as HTML': status(400, HTML),
  'a refusal that repeats the token': ({ random, token }) => ({
    kind: 'status',
    status: random.pick([400, 401, 404, 429, 500]),
    body: random.pick([
      { detail: `Invalid token ${token}.` },
      [`No such token: ${token}`],
      `<p>Authorization: Token ${token}</p>`,
      `{"detail":"Token ${escaped(token)}"}`,
    ]),
  }),
  'a message instead of a list': ({ token }) => ({ kind: 'json', body: { message: `Hello, ${token}` } }),
  'reset before the head': () => ({ kind: 'reset', at: 'before-head' }),
  'reset in the head': () => ({ kind: 'reset', at: 'in-head' }),
  'reset in the body': () => ({ kind: 'reset', at: 'in-body' }),
  'connection closed in the body': () => ({ kind: 'short-body' }),
  'interim responses without end': ({ random }) => ({
    kind: 'interim',
    status: random.pick([101, 102, 103]),
    everyMs: 5,
  }),
  'stall before the head': () => ({ kind: 'stall', at: 'before-head' }),
  'stall after the head': () => ({ kind: 'stall', at: 'after-head' }),
  'stall in the body': () => ({ kind: 'stall', at: 'in-body' }),
  drip: () => ({ kind: 'drip', bytes: 2000, everyMs: 1 }),
  'truncated JSON': () => ({ kind: 'cut-json' }),
  'HTML with 200': () => ({ kind: 'html' }),
  'empty body': () => ({ kind: 'empty-body' }),
  'truncated gzip': () => ({ kind: 'gzip', damage: 'cut' }),
  'corrupt gzip': () => ({ kind: 'gzip', damage: 'corrupt' }),
  'gzip with bytes after it': () => ({ kind: 'gzip', damage: 'trailing' }),
  'a gzip header without gzip': () => ({ kind: 'gzip', damage: 'not-gzip' }),
  'an error with 200': ({ token }) => ({ kind: 'json', body: { error: `Overload, ${token}` } }),
  '202': status(202, HTML),
  '204': status(204),
  'a byte-order mark': () => ({ kind: 'rewrite', with: 'byte-order-mark' }),
  'NaN in a case': () => ({ kind: 'rewrite', with: 'nan' }),
  'a byte of Latin-1 in a case': () => ({ kind: 'rewrite', with: 'stray-byte' }),
  'a great many tiny records': () => ({
    kind: 'json',
    body: { count: 1, next: null, results: Array.from({ length: 20_001 }, (_, id) => ({ id: id + 1e6 })) },
  }),
  'next with only a query': () => ({ kind: 'next', to: 'query-only' }),
  'wrong types': ({ random }) => ({
    kind: 'envelope',
    fields: random.pick([
      { count: '3' },
      { count: -1 },
      { count: 1.5 },
      { count: null },
      { next: 7 },
      { next: false },
      { results: {} },
      { results: 'none' },
      { results: null },
    ]),
  }),
  'a field of the envelope missing': ({ random }) => ({
    kind: 'envelope-without',
    field: random.pick(['count', 'next', 'results']),
  }),
  'JSON without an envelope': ({ random }) => ({ kind: 'json', body: random.pick([[], null, 'x', 3, {}]) }),
  'redirect to itself': () => ({ kind: 'redirect' }),
  'redirect to another host': ({ token }) => ({
    kind: 'redirect',
    to: `https://elsewhere.example/api/v2p1/cases/?token=${token}`,
  }),
  'duplicate page': () => ({ kind: 'repeat-page' }),
  'empty page': () => ({ kind: 'empty-page' }),
  'next loops over 1 page': () => ({ kind: 'next-loop', pages: 1 }),
  'next loops over 2 pages': () => ({ kind: 'next-loop', pages: 2 }),
  'next loops over 3 pages': () => ({ kind: 'next-loop', pages: 3 }),
  'next loops over 4 pages': () => ({ kind: 'next-loop', pages: 4 }),
  'next loops over 5 pages': () => ({ kind: 'next-loop', pages: 5 }),
  'next on a foreign host': () => ({ kind: 'next', to: 'foreign-host' }),
  'next with another scheme': () => ({ kind: 'next', to: 'other-scheme' }),
  'next with another filter': () => ({ kind: 'next', to: 'other-filter' }),
  'next outside the API': () => ({ kind: 'next', to: 'outside' }),
  'next that is not a URL': () => ({ kind: 'next', to: 'not-a-url' }),
  'next that repeats the token': ({ token }) => ({
    kind: 'envelope',
    fields: { next: `http://127.0.0.1/api/v2p1/cases/?page=2&token=${token}` },
  }),
  'count too high': () => ({ kind: 'count', by: 1 }),
  'count too low': () => ({ kind: 'count', by: -1 }),
  'a count that varies': ({ random }) => ({ kind: 'count', by: random.below(5) - 2 }),
  'a filter that is ignored': () => ({ kind: 'unfiltered' }),
  'a page number that is ignored': () => ({ kind: 'first-page' }),
  'a case with the label of another list': () => ({ kind: 'foreign-label' }),
  'lists with more cases than the list of all cases': ({ random, isWhole }) => ({
    kind: 'count',
    by: (1 + random.below(3)) * (isWhole ? -1 : 1),
  }),
  'a case that is null': ({ random }) => ({ kind: 'malformed-case', as: 'null', place: random.below(2) }),
  'a case that is a text': ({ random }) => ({ kind: 'malformed-case', as: 'text', place: random.below(2) }),
  'a case without an id': ({ random }) => ({ kind: 'malformed-case', as: 'no-id', place: random.below(2) }),
  'a case with a text as id': ({ random }) => ({
    kind: 'malformed-case',
    as: 'text-id',
    place: random.below(2),
  }),
} as const satisfies Record<string, MakeFault>;

export type FaultName = keyof typeof FAULTS;
export const FAULT_NAMES = Object.keys(FAULTS) as FaultName[];

/** Faults that take real time, because they end with a time-out. */
export const SLOW_FAULTS: ReadonlySet<FaultName> = new Set([
  'interim responses without end',
  'stall before the head',
  'stall after the head',
  'stall in the body',
]);
