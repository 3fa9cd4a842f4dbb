import type { Aim } from '../lib/command-line.ts';
import type { Mirror } from '../db/open-mirror.ts';
import { MirrorError } from '../errors/mirror-error.ts';
import { type Params, VALUE_FILTER_NAMES } from '../search/filters.ts';
import type { ListSource } from './download.ts';
import type { Page } from './html/layout.ts';
import type { CaseIndex } from './reader.ts';
import type { AuditCounts } from './sql/audit-counts.ts';

/** What the server is given once, and every page uses. */
export interface Site {
  /** The path of the mirror. */
  readonly database: string;
  readonly now: () => Date;
  readonly timeZone: string;
  /** Completes the commands that a text suggests, so that they mean this mirror. */
  readonly aim: Aim;
}

/** The parameters of a request, each known. */
export type Asked = Readonly<Record<string, string | undefined>>;

/** What a page is made from. */
export interface PageRequest {
  readonly mirror: Mirror;
  /** Stays the same for as long as nobody writes to the mirror. */
  readonly stamp: string;
  readonly index: CaseIndex;
  readonly site: Site;
  readonly asked: Asked;
  /** The same with all values of parameters that take several. */
  readonly params: Params;
  /** The number in the path; 0 if it has none. */
  readonly id: number;
  /** The name in the path; empty if it has none. */
  readonly name: string;
  /** The counts of the audits, if the route asks for them. */
  readonly auditCounts: AuditCounts | null;
}

export interface Redirect {
  readonly redirect: string;
}

/** A page: its path as a pattern of the router, and its parameters. */
export interface PageRoute {
  readonly path: string;
  readonly parameters: readonly string[];
  /** Parameters that the page itself refuses, with a reason. No message says that the page takes them. */
  readonly refused?: readonly string[];
  /** Whether the page has the counts of the audits, which take longer than a page may. */
  readonly withAudits?: boolean;
  readonly make: (request: PageRequest) => Page | Redirect;
}

/** What a file is made from. */
export type ListRequest = Omit<PageRequest, 'stamp' | 'index' | 'auditCounts'>;

/** A list that can be downloaded. It takes the parameters of its page, and ignores which part the page shows. */
export interface ListRoute {
  readonly path: string;
  readonly parameters: readonly string[];
  readonly fileName: (id: number, name: string) => string;
  readonly open: (request: ListRequest) => ListSource;
}

const MAX_VALUE = 2000;

/**
 * Checks the parameters of an address. An unknown one is refused, because a list without its filter looks like the list
 * that was asked for. The caller refuses the parameters `refused`, with a reason. Fails with USAGE.
 */
export function readParameters(
  query: URLSearchParams,
  known: readonly string[],
  {
    refused = [],
    maxLength = MAX_VALUE,
  }: { readonly refused?: readonly string[] | undefined; readonly maxLength?: number } = {},
): Params {
  const params: Record<string, string[]> = {};
  for (const [name, value] of query) {
    if (!known.includes(name) && !refused.includes(name))
      throw new MirrorError('USAGE', `The address has an unknown parameter, ${JSON.stringify(name)}.`, {
        hint:
          known.length === 0
            ? 'This page takes none.'
            : `The parameters of this page are ${known.join(', ')}.`,
      });
    if (Object.hasOwn(params, name) && !(VALUE_FILTER_NAMES as string[]).includes(name))
      throw new MirrorError('USAGE', `The address has the parameter ${name} twice.`, {
        hint: 'Give it once.',
      });
    if (value.length > maxLength || value.includes('\0'))
      throw new MirrorError('USAGE', `The parameter ${name} cannot have this value.`, {
        hint: `A value has at most ${maxLength} characters, none of which is a null character.`,
      });
    if (value.trim() !== '') (params[name] ??= []).push(value);
  }
  return params;
}

/** The first value of each parameter. */
export function toAsked(params: Params): Asked {
  return Object.fromEntries(Object.entries(params).map(([name, values]) => [name, values?.[0]]));
}

/** The number of a page, from 1. Fails with USAGE. */
export function readPageNumber({ page }: Asked, name = 'page'): number {
  if (page === undefined) return 1;
  if (!/^[1-9]\d{0,8}$/.test(page))
    throw new MirrorError('USAGE', `${JSON.stringify(page)} is no number of a ${name}.`, {
      hint: 'Give a whole number, at least 1.',
    });
  return Number(page);
}

/** One of the values that a parameter can have; the first is the default. Fails with USAGE. */
export function readChoice<const Choice extends string>(
  name: string,
  value: string | undefined,
  choices: readonly [Choice, ...Choice[]],
): Choice {
  if (value === undefined) return choices[0];
  const found = choices.find((choice) => choice === value);
  if (found === undefined)
    throw new MirrorError('USAGE', `The parameter ${name} cannot be ${JSON.stringify(value)}.`, {
      hint: `Give one of ${choices.join(', ')}.`,
    });
  return found;
}
