import { createHash } from 'node:crypto';
import type { Withheld } from '../history/query-as-of/withhold.ts';
import { renderPlural } from '../lib/layout.ts';
import { SITE } from './citation.ts';
import type { Misfits } from './columns.ts';
import type { Coverage, ExportedRun } from './run.ts';
import type { Partition } from './partition.ts';
import { TABLE_NAMES, type Table, type TableName } from './table.ts';
import type { FormatName } from './formats/format.ts';
import type { ColumnStatistics } from './tally.ts';
import { type FolderKind, toManifestKind } from './target.ts';

/** A table that was written and read back. */
export interface WrittenTable {
  readonly table: Table;
  /** Whether each row is a whole case with the fields of the API, instead of the columns. */
  readonly isWhole: boolean;
  /** How it is split; null if it is in one file. */
  readonly partition: Partition | null;
  readonly rows: number;
  /** Hash of the values, which no format, compressor or version of Node changes. */
  readonly contentHash: string;
  readonly misfits: Misfits;
  readonly statistics: readonly ColumnStatistics[];
  readonly files: readonly WrittenFile[];
}

export interface WrittenFile {
  /** From the folder of the export, with `/`. */
  readonly path: string;
  readonly bytes: number;
  readonly sha256: string;
  readonly rows: number;
}

/** Everything that describes an export. */
export interface Export {
  readonly kind: FolderKind;
  readonly version: string;
  readonly format: FormatName;
  readonly mediaType: string;
  readonly isRaw: boolean;
  readonly withoutTexts: boolean;
  /** The filters as they were written, by name; empty for all cases. */
  readonly filters: Readonly<Record<string, readonly string[]>>;
  readonly run: ExportedRun;
  /** The id that the mirror and all its copies share. */
  readonly mirrorId: string;
  readonly coverage: Coverage;
  readonly tables: readonly WrittenTable[];
  readonly leftOut: readonly { readonly table: string; readonly why: string }[];
  /** What the state of the run had and the mirror knows by now to have left the site or not to be for the public. */
  readonly withheld: Withheld;
  /** The database of a release, which has all tables; null in an export. */
  readonly database: WrittenFile | null;
}

/** Says which tables are not included, in a sentence for each reason. */
export function listLeftOut(leftOut: Export['leftOut']): string[] {
  return [...new Set(leftOut.map(({ why }) => why))].map((reason) => {
    const tables = leftOut.filter(({ why }) => why === reason).map(({ table }) => table);
    return `${tables.length === 1 ? 'Not included is the table' : 'Not included are the tables'} ${tables.join(', ')}: ${reason}.`;
  });
}

/** Says what left the site after the run, in a sentence; null if nothing did. */
export function renderWithheld({ withheld, run }: Pick<Export, 'withheld' | 'run'>): string | null {
  const counts = [
    [withheld.cases, 'case'],
    [withheld.documents, 'document'],
    [withheld.further_dockets, 'further docket'],
    [withheld.resources, 'resource'],
  ] as const;
  const named = counts.filter(([count]) => count > 0).map(([count, what]) => renderPlural(count, what));
  if (named.length === 0) return null;
  return `Left out because they left the site or were hidden after run ${run.id}: ${named.join(', ')}.`;
}

const MISFITS = {
  untyped: 'not_typed',
  nulReplaced: 'nul_replaced',
  cut: 'cut',
  controlsReplaced: 'controls_replaced',
  asText: 'as_text',
} as const satisfies Record<keyof Misfits, string>;

/** How many values were changed, by what was done to them and by column. */
const toCounts = (misfits: Misfits): object =>
  Object.fromEntries(
    Object.entries(MISFITS).flatMap(([kind, name]) => {
      const counts = misfits[kind as keyof Misfits];
      return Object.keys(counts).length > 0 ? [[name, counts]] : [];
    }),
  );

/** The hash of the content of all tables but the history and the run log. */
export function toContentHash({ tables }: Pick<Export, 'tables'>): string {
  const content = tables.filter(({ table }) => table.kind === 'content');
  return createHash('sha256')
    .update(content.map(({ table, contentHash }) => `${table.name} ${contentHash}\n`).join(''))
    .digest('hex');
}

/** The names of the tables that were asked for, or `all`, also if some of these could not be exported. */
export function listChosen(
  names: readonly TableName[],
  leftOut: Export['leftOut'],
): readonly TableName[] | 'all' {
  const isAll = TABLE_NAMES.every(
    (name) => names.includes(name) || leftOut.some(({ table }) => table === name),
  );
  return isAll ? 'all' : names;
}

/** What an export has of the mirror, if it is not the whole: its filters and tables. Null if it is the whole. */
export function describeSelection({ filters, tables, leftOut, withoutTexts }: Export): string | null {
  const chosen = listChosen(
    tables.map(({ table }) => table.name),
    leftOut,
  );
  const parts = [
    ...Object.entries(filters).map(([name, values]) => `${name} ${values.join(', ')}`),
    ...(chosen === 'all' ? [] : [`tables ${chosen.join(', ')}`]),
    ...(withoutTexts ? ['without texts'] : []),
  ];
  return parts.length === 0 ? null : `selection: ${parts.join('; ')}`;
}

/** The manifest, which names each file only after it was read back. */
export function toManifest({ run, tables, coverage, database, ...rest }: Export): object {
  return {
    kind: toManifestKind(rest.kind),
    version: rest.version,
    format: rest.format,
    raw: rest.isRaw,
    without_texts: rest.withoutTexts,
    filters: rest.filters,
    chosen_tables: listChosen(
      tables.map(({ table }) => table.name),
      rest.leftOut,
    ),
    run: { id: run.id, started_at: run.startedAt, ended_at: run.endedAt, outcome: run.outcome },
    source: run.otherSource ?? SITE,
    mirror: rest.mirrorId,
    complete: run.lacking === null,
    ...(run.lacking !== null && { lacking: run.lacking }),
    // Compressed files are the same only where these are the same.
    node: process.version,
    zlib: process.versions.zlib,
    content_sha256: toContentHash({ tables }),
    tables: Object.fromEntries(
      tables.map(({ table, isWhole, partition, rows, contentHash, misfits }) => [
        table.name,
        {
          kind: table.kind,
          ...(isWhole && { rows_are: 'whole cases with the fields of the API' }),
          ...(partition !== null && {
            split_by: partition.column,
            folders: partition.folder,
            ids_a_folder: Number(partition.size),
          }),
          rows,
          content_sha256: contentHash,
          ...toCounts(misfits),
        },
      ]),
    ),
    left_out: rest.leftOut,
    // They depend on later runs, unlike the rest.
    left_since: rest.withheld,
    coverage,
    ...(database !== null && { verified: 'every check of the mirror passed' }),
    files: [
      ...tables.flatMap(({ table, files }) => files.map((file) => ({ ...file, table: table.name }))),
      ...(database === null ? [] : [{ ...database, table: 'all' }]),
    ],
  };
}
