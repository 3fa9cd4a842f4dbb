import type { Mirror } from '../db/open-mirror.ts';
import { MirrorError } from '../errors/mirror-error.ts';
import { quoteWord } from '../lib/command-line.ts';
import { SITE } from './citation.ts';
import { hasShape, isListOf, isText } from './delta/shape.ts';
import { type Export, listChosen } from './manifest.ts';
import { findStart, readMirrorId, type ExportedRun } from './run.ts';
import { TABLE_NAMES, type Table } from './table.ts';
import { HINT_AT_OTHER, type Replaced } from './target.ts';

/*
 * What an export has, and of which mirror. Who reads a folder or a bucket expects there what was there: hidden records must not get
 * into a public export because a flag was forgotten, or summaries, another mirror, or fewer cases. So an export replaces only one with the
 * same selection.
 */

/** The selection in the words of a manifest. */
export interface Selection {
  readonly raw: boolean;
  readonly without_texts: boolean;
  readonly filters: Export['filters'];
  /** The tables that were asked for, whether or not a run could give all of them. */
  readonly chosen_tables: ReturnType<typeof listChosen>;
  readonly source: string;
  /** The id that a mirror and all its copies share. */
  readonly mirror: string;
}

interface SelectionRequest extends Pick<Export, 'isRaw' | 'withoutTexts' | 'leftOut'> {
  readonly tables: readonly Pick<Table, 'name'>[];
  readonly run: ExportedRun;
}

/** The selection of an export whose filters are not resolved yet. */
export const toSelection = (mirror: Mirror, request: SelectionRequest): Omit<Selection, 'filters'> => ({
  raw: request.isRaw,
  without_texts: request.withoutTexts,
  chosen_tables: listChosen(
    request.tables.map(({ name }) => name),
    request.leftOut,
  ),
  source: request.run.otherSource ?? SITE,
  mirror: readMirrorId(mirror),
});

const KEYS = ['raw', 'without_texts', 'filters', 'chosen_tables', 'source'] as const satisfies Exclude<
  keyof Selection,
  'mirror'
>[];

const nameFlag =
  (flag: string) =>
  (value: unknown): string =>
    value === true ? flag : `no ${flag}`;

/** How a message names a part of a selection: as it is typed. A manifest may hold anything. */
const NAMES: Readonly<Record<(typeof KEYS)[number], (value: unknown) => string>> = {
  raw: nameFlag('--raw'),
  without_texts: nameFlag('--without-texts'),
  filters: (value) => {
    const flags = Object.entries(value ?? {}).flatMap(([name, values]) =>
      [values as unknown].flat().map((one) => `--${name} ${quoteWord(String(one))}`),
    );
    return flags.length === 0 ? 'no filter' : flags.join(' ');
  },
  chosen_tables: (value) => (Array.isArray(value) ? `--tables ${value.join(',')}` : 'all tables'),
  source: (value) => `data of ${String(value)}`,
};

/** A manifest as it was read: by an earlier version it does not say everything. */
export type ReadSelection = Readonly<Partial<Record<keyof Selection | 'tables' | 'left_out', unknown>>>;

/** The tables that were asked for. Earlier versions named only those that an export has, and those that the mirror did not. */
function readChosen({ chosen_tables: chosen, tables, left_out: leftOut }: ReadSelection): unknown {
  if (chosen !== undefined || !isMap(tables)) return chosen;
  return listChosen(
    TABLE_NAMES.filter((name) => Object.hasOwn(tables, name)),
    isLeftOut(leftOut) ? (leftOut as Export['leftOut']) : [],
  );
}

const isMap = (value: unknown): value is object => typeof value === 'object' && value !== null;
const isLeftOut = isListOf(hasShape({ table: isText }));

/** How a manifest differs from another, to follow the name of the place; null if not in anything that both say. */
export function explainOther(read: ReadSelection, here: ReadSelection): string | null {
  const there: ReadSelection = { ...read, chosen_tables: readChosen(read) };
  const differs = (key: keyof Selection): boolean =>
    there[key] !== undefined &&
    here[key] !== undefined &&
    JSON.stringify(there[key]) !== JSON.stringify(here[key]);
  const different = KEYS.filter(differs).map(
    (key) => `${NAMES[key](there[key])} instead of ${NAMES[key](here[key])}`,
  );
  if (different.length > 0) return `has another selection: ${different.join(', ')}`;
  return differs('mirror') ? 'is of another mirror' : null;
}

/**
 * Fails with EXPORT_REFUSED if the export that would be replaced has other cases: those of other filters, or the state after a later
 * run. Later runs that a restored mirror does not know do not count.
 */
export function refuseOtherState(
  mirror: Mirror,
  { folder, run }: { readonly folder: string; readonly run: ExportedRun },
  there: Replaced,
  filters: Export['filters'],
): void {
  const { started_at } = there.manifest.run as { readonly started_at?: unknown };
  const isLater = there.runId > run.id && findStart(mirror, there.runId) === started_at;
  const other = isLater
    ? `has the state after run ${there.runId}, which that after run ${run.id} would replace`
    : explainOther(there.manifest, { filters });
  if (other !== null) throw new MirrorError('EXPORT_REFUSED', `${folder} ${other}.`, { hint: HINT_AT_OTHER });
}
