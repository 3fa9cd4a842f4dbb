import type { LinkedKind } from '../../api/linked-fields.ts';
import type { LinkedRead } from '../../api/linked-lists.ts';
import type { Mirror } from '../open-mirror.ts';
import type { Doubt, linkedLists } from '../schema/schema.ts';
import type { RunStamp } from '../write-history.ts';

/** What a read of one list changed. */
export interface LinkedFigures {
  readonly new: number;
  readonly changed: number;
  readonly unchanged: number;
  /** Records that this read did not find; they are gone if another run does not find them either. */
  readonly missing: number;
  readonly gone: number;
  /** Records that arrived although they were redacted; nothing of them is stored. */
  readonly redacted: number;
  /** Why nothing was stored; null if the read was believed. */
  readonly doubt: Doubt | null;
}

export interface ReadContext extends RunStamp {
  /** The linked pass whose figures count the read; null outside a pass. */
  readonly passId: number | null;
}

/** The figures of a read that a pass adds up. */
type PassFigures = Pick<LinkedFigures, 'new' | 'changed' | 'gone' | 'doubt'>;

type ListState = typeof linkedLists.$inferSelect;

/** Reads and records the state of the lists of one kind. Every method is part of the caller's transaction. */
export interface ListStates {
  find(caseId: number): ListState | undefined;
  recordRead(read: LinkedRead, hash: string, isChanged: boolean, context: ReadContext): void;
  /** Records a read that is not believed yet. What is stored of the list stays as it is. */
  recordDoubt(read: LinkedRead, doubt: Doubt, hash: string, context: ReadContext): void;
  addToPass(figures: PassFigures, read: LinkedRead, context: ReadContext): void;
}

export function createListStates({ sqlite }: Mirror, kind: LinkedKind): ListStates {
  const select = sqlite.prepare<[number, string], ListState>(
    'SELECT * FROM linked_lists WHERE case_id = ? AND kind = ?',
  );
  const attempt = `INSERT INTO linked_lists (case_id, kind, attempted_at, attempted_run_id) VALUES (@caseId, @kind, @at, @runId)
    ON CONFLICT (case_id, kind) DO UPDATE SET attempted_at = @at, attempted_run_id = @runId, failures = 0,
      pause_until = NULL, error_code = NULL, error_message = NULL`;
  const recordAttempt = sqlite.prepare(attempt);
  const setRead = sqlite.prepare(
    `UPDATE linked_lists SET read_at = @at, read_run_id = @runId, first_read_run_id = coalesce(first_read_run_id, @runId),
      records = @records, pages = @pages, requests = @requests, envelope = @envelope, records_hash = @hash,
      doubted_run_id = NULL, doubt = NULL,
      changed_run_id = CASE WHEN @isChanged THEN @runId ELSE changed_run_id END
    WHERE case_id = @caseId AND kind = @kind`,
  );
  // A doubt keeps the run that first had it, and the hash of what it read.
  const setDoubt = sqlite.prepare(
    `UPDATE linked_lists SET doubt = @doubt, records_hash = @hash,
      doubted_run_id = CASE WHEN doubt = @doubt THEN coalesce(doubted_run_id, @runId) ELSE @runId END
    WHERE case_id = @caseId AND kind = @kind`,
  );
  const addFigures = sqlite.prepare(
    `UPDATE linked_passes SET lists_read = lists_read + 1, lists_empty = lists_empty + @empty,
      lists_doubted = lists_doubted + @doubted, records_new = records_new + @new,
      records_changed = records_changed + @changed, records_gone = records_gone + @gone
    WHERE id = @passId`,
  );
  const toParameters = ({ caseId }: LinkedRead, { runId, at }: ReadContext) => ({
    caseId,
    kind,
    runId,
    at: at.toISOString(),
  });
  const addToPass: ListStates['addToPass'] = ({ new: added, changed, gone, doubt }, read, { passId }) => {
    if (passId === null) return;
    const empty = Number(read.records.length === 0);
    addFigures.run({ passId, empty, doubted: Number(doubt !== null), new: added, changed, gone });
  };

  return {
    find: (caseId) => select.get(caseId, kind),
    recordRead(read, hash, isChanged, context) {
      const parameters = toParameters(read, context);
      recordAttempt.run(parameters);
      const { pages, requests }: LinkedRead = read;
      const { envelope }: Pick<ListState, 'envelope'> = read;
      const records = read.records.length + read.rejected.length;
      setRead.run({ ...parameters, records, pages, requests, envelope, hash, isChanged: Number(isChanged) });
    },
    recordDoubt(read, doubt, hash, context) {
      const parameters = toParameters(read, context);
      recordAttempt.run(parameters);
      setDoubt.run({ ...parameters, doubt, hash });
      addToPass({ new: 0, changed: 0, gone: 0, doubt }, read, context);
    },
    addToPass,
  };
}
