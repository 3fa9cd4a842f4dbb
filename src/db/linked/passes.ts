import { desc, eq, getTableName, isNotNull } from 'drizzle-orm';
import { seeDead } from '../dead-rows.ts';
import type { Mirror } from '../open-mirror.ts';
import { type RecordedError, toPauseLeft } from '../run-log.ts';
import { type DocumentListCheck, findDocumentListCheck } from './document-list.ts';
import { type LinkedKindState, listKindStates } from './queue.ts';
import {
  type DownloadPassOutcome,
  filePasses,
  linkedPasses,
  syncRuns,
  textPasses,
} from '../schema/schema.ts';

/* The logs of the passes: over linked lists, over the texts of documents, and over their files. */

const LOGS = { lists: linkedPasses, texts: textPasses, files: filePasses } as const;
type PassKind = keyof typeof LOGS;

/** What is fetched on request, one for each document. */
export type DownloadKind = Exclude<PassKind, 'lists'>;

export type LinkedPassRow = typeof linkedPasses.$inferSelect;
export type TextPassRow = typeof textPasses.$inferSelect;
export type FilePassRow = typeof filePasses.$inferSelect;

/** How a pass ended that could record its end. */
export interface PassEnding {
  readonly outcome: Exclude<DownloadPassOutcome, 'running' | 'died'>;
  readonly error: RecordedError | null;
}

/** What a whole pass has requested. */
export type PassTraffic = Pick<LinkedPassRow, 'requests' | 'retries'>;

export interface LinkedPassStart {
  readonly runId: number;
  readonly at: Date;
  readonly processId: number;
  readonly requests: number | null;
  readonly minutes: number | null;
}

/** Records the begin of a linked pass and returns its id. */
export function beginLinkedPass(
  { db }: Mirror,
  { runId, at, processId, requests, minutes }: LinkedPassStart,
): number {
  return Number(
    db
      .insert(linkedPasses)
      .values({
        run_id: runId,
        outcome: 'running',
        started_at: at.toISOString(),
        process_id: processId,
        budget_requests: requests,
        budget_minutes: minutes,
      })
      .run().lastInsertRowid,
  );
}

/** Records the begin of a pass over texts or files and returns its id. */
export function beginDownloadPass(
  { db }: Mirror,
  kind: DownloadKind,
  { startedAt, budget }: { readonly startedAt: Date; readonly budget: number | null },
): number {
  const row = {
    started_at: startedAt.toISOString(),
    outcome: 'running',
    process_id: process.pid,
    budget,
  } as const;
  return Number(db.insert(LOGS[kind]).values(row).run().lastInsertRowid);
}

/** Records what a linked pass has requested, so that it is known even if its process dies. */
export function prepareRecordTraffic({
  sqlite,
}: Mirror): (passId: number, traffic: Pick<LinkedPassRow, 'requests' | 'retries' | 'lists_failed'>) => void {
  const statement = sqlite.prepare<[object]>(
    'UPDATE linked_passes SET requests = @requests, retries = @retries, lists_failed = @lists_failed WHERE id = @passId',
  );
  return (passId, traffic) => {
    statement.run({ passId, ...traffic });
  };
}

type NotFigure = 'id' | 'started_at' | 'ended_at' | 'outcome' | 'process_id' | 'budget' | 'paused_until';

/** What a pass over texts or files has done so far: its requests, and how many documents had which outcome. */
export type DownloadFigures<Kind extends DownloadKind> = Omit<
  { readonly texts: TextPassRow; readonly files: FilePassRow }[Kind],
  NotFigure | keyof RecordedError | 'error_code' | 'error_message'
>;

export function recordFigures<Kind extends DownloadKind>(
  { db }: Mirror,
  kind: Kind,
  passId: number,
  figures: DownloadFigures<Kind>,
): void {
  const log: typeof textPasses | typeof filePasses = LOGS[kind];
  db.update(log).set(figures).where(eq(log.id, passId)).run();
}

/** Records at once until when the server allows no request for what the pass is about. */
export function recordPause({ db }: Mirror, kind: PassKind, passId: number, until: Date): void {
  const log = LOGS[kind];
  db.update(log).set({ paused_until: until.toISOString() }).where(eq(log.id, passId)).run();
}

export function endPass(
  { db }: Mirror,
  kind: PassKind,
  passId: number,
  { outcome, error, requests, retries }: PassEnding & PassTraffic,
  at: Date,
): void {
  const log = LOGS[kind] as typeof filePasses;
  db.update(log)
    .set({
      outcome,
      requests,
      retries,
      ended_at: at.toISOString(),
      error_code: error?.code ?? null,
      error_message: error?.message ?? null,
    })
    .where(eq(log.id, passId))
    .run();
}

/** The newest pass of a kind, also one that has died and is not on record as that; null if there was none. */
export function findNewestPass<Kind extends PassKind>(
  mirror: Mirror,
  kind: Kind,
): (typeof LOGS)[Kind]['$inferSelect'] | null {
  const log: typeof linkedPasses | typeof textPasses | typeof filePasses = LOGS[kind];
  const newest = mirror.db.select().from(log).orderBy(desc(log.id)).limit(1).get();
  return newest === undefined ? null : seeDead(mirror, getTableName(log), newest);
}

/** The time before which the server wants no request for a text; null if it may be now. Each host of files has its own pause. */
export function findTextPause({ db }: Mirror, now: Date): Date | null {
  const newest = db
    .select()
    .from(textPasses)
    .where(isNotNull(textPasses.paused_until))
    .orderBy(desc(textPasses.id))
    .limit(1)
    .get();
  const left = toPauseLeft(newest, now);
  return left > 0 ? new Date(now.getTime() + left) : null;
}

/** How many milliseconds the server still allows no request for linked lists, according to the newest pass over the same API. */
export function findLinkedPauseLeft({ db }: Mirror, apiUrl: string, now: Date): number {
  const newest = db
    .select({ pass: linkedPasses })
    .from(linkedPasses)
    .innerJoin(syncRuns, eq(syncRuns.id, linkedPasses.run_id))
    .where(eq(syncRuns.api_url, apiUrl))
    .orderBy(desc(linkedPasses.id))
    .limit(1)
    .get();
  return toPauseLeft(newest?.pass, now);
}

/** The linked lists of a mirror. */
export interface LinkedState {
  readonly kinds: readonly LinkedKindState[];
  /** The newest pass; null if there was none. */
  readonly pass: LinkedPassRow | null;
  /** The newest answer of the list of all documents; null if it was never requested. */
  readonly documentList: DocumentListCheck | null;
}

export function findLinkedState(mirror: Mirror): LinkedState {
  return {
    kinds: listKindStates(mirror),
    pass: findNewestPass(mirror, 'lists'),
    documentList: findDocumentListCheck(mirror),
  };
}
