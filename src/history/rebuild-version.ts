import type { FieldChange } from '../cases/compare-cases.ts';
import { BrokenHistory, undoChanges } from '../cases/undo-changes.ts';
import { MirrorError } from '../errors.ts';
import type { JsonObject, JsonValue } from '../json.ts';
import type { Mirror } from '../mirror/open-mirror.ts';
import type { caseChanges, cases } from '../mirror/schema.ts';
import { parseVersion, type OwnWord } from '../mirror/write-changes.ts';

type CaseColumns = typeof cases.$inferSelect;

const PRESENT_COLUMNS = [
  'id',
  'mirror_payload',
  'mirror_entry_keys',
  'mirror_fingerprint',
  'mirror_status_id',
  'mirror_first_run_id',
  'mirror_changed_run_id',
  'mirror_departed_run_id',
  'mirror_redacted_run_id',
] as const satisfies (keyof CaseColumns)[];

/** What of a case's row its past is made from. */
export type PresentCase = Pick<CaseColumns, (typeof PRESENT_COLUMNS)[number]>;

/** Prepares the reading of that. `main.` because a question about the past has temporary tables of the same names. */
export function prepareFindPresent({ sqlite }: Mirror): (id: number) => PresentCase | undefined {
  const statement = sqlite.prepare<[number], PresentCase>(
    `SELECT ${PRESENT_COLUMNS.join(', ')} FROM main.cases WHERE id = ?`,
  );
  return (id) => statement.get(id);
}

/** A case as it was after a run, but for its docket entries. */
export interface PastVersion {
  /** In the form of `toVersion`: a list of entries stands as an empty list. */
  readonly version: JsonObject;
  readonly own: OwnWord;
  /** The run that had stored this version, and the fingerprint that it had noted. */
  readonly changedRunId: number;
  readonly fingerprint: string;
}

export type RebuildVersion = (now: PresentCase) => PastVersion;

type ChangeRow = Pick<typeof caseChanges.$inferSelect, 'field' | 'kind' | 'old_value' | 'new_value'>;

/**
 * Prepares the undoing of everything that runs after `runId` changed of a case. The case was there by then, and its
 * history reaches back that far. Each step is proven; fails with HISTORY_DAMAGED where the history does not lead back.
 */
export function prepareRebuildVersion({ sqlite }: Mirror, runId: number): RebuildVersion {
  const selectChanges = sqlite.prepare<[number], ChangeRow>(
    `SELECT field, kind, old_value, new_value FROM main.case_changes WHERE case_id = ? AND +run_id > ${runId}
    ORDER BY id DESC`,
  );
  const selectVersion = sqlite.prepare<[number], { changedRunId: number; fingerprint: string }>(
    `SELECT run_id AS changedRunId, fingerprint FROM main.past_versions WHERE case_id = ? AND run_id <= ${runId}
    ORDER BY run_id DESC LIMIT 1`,
  );
  return (now) => {
    const { id, mirror_status_id, mirror_departed_run_id } = now;
    const noted =
      now.mirror_changed_run_id <= runId
        ? { changedRunId: now.mirror_changed_run_id, fingerprint: now.mirror_fingerprint }
        : selectVersion.get(id);
    if (noted === undefined) throw toDamaged(id, 'no version of it from before then is noted');
    const changes = selectChanges.all(id).map(toChange);
    const payloadChanges = changes.filter((change) => !isOwn(change));
    const own = undo(id, { mirror_status_id, mirror_departed_run_id }, changes.filter(isOwn));
    return {
      version: undo(id, parseVersion(now.mirror_payload, now.mirror_entry_keys), payloadChanges),
      own: own as unknown as OwnWord,
      ...noted,
    };
  };
}

/** The history of a case contradicts what is stored of it. */
export function toDamaged(caseId: number, why: string, cause?: unknown): MirrorError {
  return new MirrorError('HISTORY_DAMAGED', `Case ${caseId} cannot be rebuilt: ${why}.`, { cause });
}

function toChange({ field, kind, old_value, new_value }: ChangeRow): FieldChange {
  return { field, kind, before: parseValue(old_value), after: parseValue(new_value) };
}

function parseValue(text: string | null): JsonValue | undefined {
  return text === null ? undefined : (JSON.parse(text) as JsonValue);
}

/** A field of the payload never begins like this unquoted; see `compareCases`. */
const isOwn = ({ field }: FieldChange): boolean => field.startsWith('mirror_');

function undo(caseId: number, object: JsonObject, newestFirst: readonly FieldChange[]): JsonObject {
  try {
    return undoChanges(object, newestFirst);
  } catch (cause) {
    if (cause instanceof BrokenHistory) throw toDamaged(caseId, cause.message, cause);
    throw cause;
  }
}
