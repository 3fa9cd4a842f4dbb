import { BrokenHistory, type FieldChange, undoChanges } from '../case/diff.ts';
import { MirrorError } from '../errors/mirror-error.ts';
import type { JsonObject, JsonValue } from '../lib/json.ts';
import type { Mirror } from '../db/open-mirror.ts';
import type { caseChanges, cases } from '../db/schema/schema.ts';
import { type MirrorFields, parseVersion } from '../db/write-history.ts';
import { describeRun } from './period.ts';
import { renderPlural } from '../lib/layout.ts';

/** Sorts keys by their order in a list; keys that are not in the list come last. */
export function toOrderOf(list: string | null, keys: Iterable<number>): number[] {
  const left = new Set(keys);
  const known = (JSON.parse(list ?? '[]') as number[]).filter((key) => left.delete(key));
  return [...known, ...left];
}

type CaseColumns = typeof cases.$inferSelect;

const PRESENT_COLUMNS = [
  'id',
  'mirror_payload',
  'mirror_entry_keys',
  'mirror_fingerprint',
  'mirror_list_id',
  'mirror_first_run_id',
  'mirror_changed_run_id',
  'mirror_departed_run_id',
  'mirror_redacted_run_id',
] as const satisfies (keyof CaseColumns)[];

/** The columns of a case's row that its past is rebuilt from. */
export type PresentCase = Pick<CaseColumns, (typeof PRESENT_COLUMNS)[number]>;

/** Prepares reading these columns. Uses `main.`, because an as-of query has temporary tables with the same names. */
export function prepareFindPresent({ sqlite }: Mirror): (id: number) => PresentCase | undefined {
  const statement = sqlite.prepare<[number], PresentCase>(
    `SELECT ${PRESENT_COLUMNS.join(', ')} FROM main.cases WHERE id = ?`,
  );
  return (id) => statement.get(id);
}

/** A case after a run, without its docket entries. */
export interface CaseVersion {
  /** In the form that `toVersion` returns: a list of entries is an empty list. */
  readonly version: JsonObject;
  readonly own: MirrorFields;
  /** The run that stored this version, and the fingerprint that it recorded. */
  readonly changedRunId: number;
  readonly fingerprint: string;
}

export type RebuildVersion = (now: PresentCase) => CaseVersion;

type ChangeRow = Pick<typeof caseChanges.$inferSelect, 'field' | 'kind' | 'old_value' | 'new_value'>;

/**
 * Prepares undoing every change of a case by runs after `runId`. The case must have existed then, and its history must
 * reach back that far. Each step is proven. Fails with HISTORY_DAMAGED if the history contradicts what is stored.
 */
export function prepareRebuildVersion({ sqlite }: Mirror, runId: number): RebuildVersion {
  const selectChanges = sqlite.prepare<[number], ChangeRow>(
    `SELECT field, kind, old_value, new_value FROM main.case_changes WHERE case_id = ? AND +run_id > ${runId}
    ORDER BY id DESC`,
  );
  const selectVersion = sqlite.prepare<[number], { changedRunId: number; fingerprint: string }>(
    `SELECT run_id AS changedRunId, fingerprint FROM main.case_versions WHERE case_id = ? AND run_id <= ${runId}
    ORDER BY run_id DESC LIMIT 1`,
  );
  return (now) => {
    const { id, mirror_list_id, mirror_departed_run_id } = now;
    const noted =
      now.mirror_changed_run_id <= runId
        ? { changedRunId: now.mirror_changed_run_id, fingerprint: now.mirror_fingerprint }
        : selectVersion.get(id);
    if (noted === undefined) throw toDamaged(id, 'no version of it from before then is noted');
    const changes = selectChanges.all(id).map(toChange);
    const payloadChanges = changes.filter((change) => !isOwn(change));
    const own = undo(id, { mirror_list_id, mirror_departed_run_id }, changes.filter(isOwn));
    return {
      version: undo(id, parseVersion(now.mirror_payload, now.mirror_entry_keys), payloadChanges),
      own: own as unknown as MirrorFields,
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

/** An unquoted field name of the payload never begins with this prefix; see `compareCases`. */
const isOwn = ({ field }: FieldChange): boolean => field.startsWith('mirror_');

function undo(caseId: number, object: JsonObject, newestFirst: readonly FieldChange[]): JsonObject {
  try {
    return undoChanges(object, newestFirst);
  } catch (cause) {
    if (cause instanceof BrokenHistory) throw toDamaged(caseId, cause.message, cause);
    throw cause;
  }
}

/** Whether a case that existed after a run changed later and no version of it then was recorded. */
export function isHistoryMissing({ sqlite }: Mirror, now: PresentCase, runId: number): boolean {
  if (now.mirror_changed_run_id <= runId) return false;
  const known = sqlite.prepare<[number, number]>(
    'SELECT 1 FROM case_versions WHERE case_id = ? AND run_id <= ? LIMIT 1',
  );
  return known.get(now.id, runId) === undefined;
}

const WITH_A_GAP_SINCE = `
  FROM cases
  WHERE mirror_changed_run_id > ? AND mirror_first_run_id <= ?
    AND NOT EXISTS (SELECT 1 FROM case_versions WHERE case_id = cases.id AND run_id <= ?)
    AND mirror_redacted_run_id IS NULL`;

/*
 * The history of a case begins with its oldest recorded version, a past one or the present one. If the run that first
 * stored the case is an older one, the database comes from a version of this program without history. What a redaction
 * removed is not a gap, because the redaction is recorded.
 */
const KNOWN_SINCE = `
  SELECT max(known_run_id) FROM (
    SELECT mirror_first_run_id, mirror_redacted_run_id,
      coalesce((SELECT min(run_id) FROM case_versions WHERE case_id = cases.id), mirror_changed_run_id) AS known_run_id
    FROM cases
  ) WHERE known_run_id > mirror_first_run_id AND mirror_redacted_run_id IS NULL`;

/** Fails with HISTORY_MISSING unless the state of every case after a run is known. */
export function refuseMissingHistory(mirror: Mirror, runId: number): void {
  const { sqlite, path } = mirror;
  const count = sqlite.prepare<number[], number>(`SELECT count(*) ${WITH_A_GAP_SINCE}`).pluck();
  const cases = count.get(runId, runId, runId) ?? 0;
  if (cases === 0) return;
  const known = Number(sqlite.prepare(KNOWN_SINCE).pluck().get());
  const what = renderPlural(cases, 'case has', 'cases have');
  throw new MirrorError(
    'HISTORY_MISSING',
    `${what} changed after run ${runId} and before ${path} kept history.`,
    { hint: `Ask for ${describeRun(mirror, known)} or a later one, or without --as-of.` },
  );
}
