import type { Mirror } from '../db/open-mirror.ts';
import {
  LIST_TABLES,
  type ListField,
  type caseChanges,
  type cases,
  type docketEntries,
  type docketEntryVersions,
  type caseVersions,
} from '../db/schema/schema.ts';

/** Properties of the whole mirror that allow what would otherwise be a violation in a case. */
export interface Circumstances {
  /** The newest run from before the mirror kept history; 0 if it always kept history. */
  readonly lastRunWithoutHistory: number;
  /** Whether a run may have seen a case more than once, and so replaced what it had stored itself. */
  readonly maySeeTwice: (runId: number, caseId: number) => boolean;
  /** Whether some list contained cases with the label of another list. */
  readonly hasForeignLabels: () => boolean;
}

export function findCircumstances({ sqlite }: Mirror): Circumstances {
  // The column `passes` was added together with the history.
  const lastWithout = sqlite
    .prepare<[], number | null>('SELECT max(run_id) FROM list_syncs WHERE pages > 0 AND passes = 0')
    .pluck();
  const twice = sqlite
    .prepare<[number, number, number], number>(
      `SELECT EXISTS (SELECT 1 FROM list_syncs WHERE run_id = ? AND (passes > 1 OR outcome NOT IN ('complete', 'empty')))
       OR EXISTS (SELECT 1 FROM mirror_moved_cases WHERE run_id = ? AND case_id = ?)`,
    )
    .pluck();
  const foreign = sqlite
    .prepare<[], number>(
      `SELECT EXISTS (SELECT 1 FROM schema_drift WHERE field = 'case_ongoing' AND seen = 'another label')`,
    )
    .pluck();
  return {
    lastRunWithoutHistory: lastWithout.get() ?? 0,
    maySeeTwice: (runId, caseId) => twice.get(runId, runId, caseId) === 1,
    hasForeignLabels: () => foreign.get() === 1,
  };
}

/** The runs that stored the versions of a case, as far back as its history reaches. */
export interface VersionRuns {
  /** Oldest first; the last one stored the present version. */
  readonly runs: readonly number[];
  readonly oldest: number;
  /** Whether this run may have changed the case: it stored a version, or ran before the mirror kept history. */
  readonly allow: (runId: number) => boolean;
}

export function toVersionRuns(
  { case: row, caseVersions }: StoredRows,
  { lastRunWithoutHistory }: Circumstances,
): VersionRuns {
  const runs = [...caseVersions.map(({ run_id }) => run_id), row.mirror_changed_run_id];
  const known = new Set(runs);
  const oldest = runs[0] ?? row.mirror_changed_run_id;
  const hasLostPast = row.mirror_redacted_run_id === null && oldest <= lastRunWithoutHistory;
  return {
    runs,
    oldest,
    allow: (runId) => known.has(runId) || (hasLostPast && row.mirror_first_run_id <= runId && runId < oldest),
  };
}

/** The value as SQLite stores it: flags stay 0 and 1, so a 2 is not read as true. */
export type Cell = string | number | null;
export type Row = Readonly<Record<string, Cell>>;

/** Columns of a table that have the same type in the file as in the code. */
type Columns<Table extends { $inferSelect: object }, Names extends keyof Table['$inferSelect']> = Pick<
  Table['$inferSelect'],
  Names
>;

export type StoredCase = Row &
  Columns<
    typeof cases,
    | 'id'
    | 'mirror_list_id'
    | 'mirror_first_run_id'
    | 'mirror_changed_run_id'
    | 'mirror_departed_run_id'
    | 'mirror_redacted_run_id'
    | 'mirror_fingerprint'
    | 'mirror_payload'
    | 'mirror_entry_keys'
  >;
export type StoredAttachment = Row & { readonly mirror_entry_id: number };
export type StoredVersion = typeof caseVersions.$inferSelect;
export type StoredEntry = typeof docketEntries.$inferSelect;
export type StoredPastEntry = Omit<typeof docketEntryVersions.$inferSelect, 'mirror_end_reason'> & {
  readonly mirror_end_reason: string;
};
/** A change, with the times of its run; null if the run is missing or has no end. */
export type StoredChange = Omit<typeof caseChanges.$inferSelect, 'kind'> & {
  readonly kind: string;
  readonly run_started_at: string | null;
  readonly run_ended_at: string | null;
};

/** Every row of one case at one point in time. */
export interface StoredRows {
  readonly case: StoredCase;
  readonly lists: ReadonlyMap<ListField, readonly Row[]>;
  readonly defendants: readonly Row[];
  readonly relatedCases: readonly Row[];
  readonly docket: Row | undefined;
  readonly entries: readonly StoredEntry[];
  /** By `mirror_entry_id`. */
  readonly attachments: ReadonlyMap<number, readonly Row[]>;
  /** Oldest first. */
  readonly changes: readonly StoredChange[];
  /** Oldest first. */
  readonly caseVersions: readonly StoredVersion[];
  /** Ordered by entry, and oldest first within an entry. */
  readonly pastEntries: readonly StoredPastEntry[];
  /** The newest run of the mirror. */
  readonly newestRunId: number;
}

export type FindStoredRows = (id: number) => StoredRows | undefined;

/** Prepares reading whole cases, each in one transaction, so that a concurrent sync has no effect. */
export function prepareFindStoredRows({ sqlite }: Mirror): FindStoredRows {
  const prepare = <Of = Row>(text: string) => {
    const statement = sqlite.prepare<[number], Of>(text);
    return (id: number): Of[] => statement.all(id);
  };
  const ofList = (table: string) =>
    prepare(`SELECT * FROM ${table} WHERE case_id = ? ORDER BY mirror_position`);
  const lists = (Object.keys(LIST_TABLES) as ListField[]).map((field) => [field, ofList(field)] as const);
  const defendants = ofList('case_defendants');
  const related = ofList('related_cases');
  const ofCase = prepare<StoredCase>('SELECT * FROM cases WHERE id = ?');
  const docket = prepare('SELECT * FROM dockets WHERE case_id = ?');
  const entries = prepare<StoredEntry>('SELECT * FROM docket_entries WHERE case_id = ?');
  const attachments = prepare<StoredAttachment>(
    `SELECT attachments.* FROM docket_entries
     JOIN attachments ON attachments.mirror_entry_id = docket_entries.mirror_id
     WHERE docket_entries.case_id = ?`,
  );
  const changes = prepare<StoredChange>(
    `SELECT case_changes.*, sync_runs.started_at AS run_started_at, sync_runs.ended_at AS run_ended_at
     FROM case_changes LEFT JOIN sync_runs ON sync_runs.id = case_changes.run_id
     WHERE case_changes.case_id = ? ORDER BY case_changes.id`,
  );
  const versions = prepare<StoredVersion>('SELECT * FROM case_versions WHERE case_id = ? ORDER BY run_id');
  const past = prepare<StoredPastEntry>(
    'SELECT * FROM docket_entry_versions WHERE case_id = ? ORDER BY mirror_key, mirror_valid_to_run_id',
  );
  const newestRun = sqlite.prepare<[], number | null>('SELECT max(id) FROM sync_runs').pluck();

  return sqlite.transaction((id: number): StoredRows | undefined => {
    const row = ofCase(id)[0];
    if (row === undefined) return undefined;
    return {
      case: row,
      lists: new Map(lists.map(([field, find]) => [field, find(id)])),
      defendants: defendants(id),
      relatedCases: related(id),
      docket: docket(id)[0],
      entries: entries(id),
      attachments: groupBy(attachments(id), (one) => one.mirror_entry_id),
      changes: changes(id),
      caseVersions: versions(id),
      pastEntries: past(id),
      newestRunId: newestRun.get() ?? 0,
    };
  });
}

/** Groups items by their key, in their order. */
export function groupBy<Key, Item>(items: Iterable<Item>, toKey: (item: Item) => Key): Map<Key, Item[]> {
  const groups = new Map<Key, Item[]>();
  for (const item of items) {
    const group = groups.get(toKey(item));
    if (group === undefined) groups.set(toKey(item), [item]);
    else group.push(item);
  }
  return groups;
}
