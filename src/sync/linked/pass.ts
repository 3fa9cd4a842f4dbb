import type { Client } from '../../api/client.ts';
import type { Runtime } from '../../api/pacing.ts';
import type { LinkedKind } from '../../api/linked-fields.ts';
import { fetchLinkedList } from '../../api/linked-lists.ts';
import { toTooLongPause } from '../../api/retry.ts';
import type { LinkedBudget } from '../../config/parsers.ts';
import type { Settings } from '../../config/settings.ts';
import { toDatabaseError } from '../../db/errors.ts';
import {
  type PassTraffic,
  beginLinkedPass,
  endPass,
  findLinkedPauseLeft,
  prepareRecordTraffic,
  recordPause,
} from '../../db/linked/passes.ts';
import {
  NOT_OFFERED_AFTER,
  listDue,
  listKindStates,
  prepareFindAnnounced,
  prepareRecordFailure,
} from '../../db/linked/queue.ts';
import { prepareWriteRead } from '../../db/linked/write-read.ts';
import { type Mirror, withWriter } from '../../db/open-mirror.ts';
import { findNewestRun, findPauseLeft } from '../../db/run-log.ts';
import { mergeSearchIndexes } from '../../db/search-index.ts';
import type { RunOutcome } from '../../db/schema/schema.ts';
import type { SyncRunRow } from '../../db/state.ts';
import { MirrorError } from '../../errors/mirror-error.ts';
import { isDatabaseError, type OnSyncEvent } from '../report.ts';
import { createClientFor } from '../run-sync.ts';
import { toRisingClock } from '../sync-lists.ts';
import { BudgetMeter, BudgetSpentError, FailureJudge, MAX_ATTEMPTS, endsEarly } from './pass-limits.ts';
import { findListedChanges } from './document-list.ts';
import { Turns } from './order.ts';
import { type LinkedReport, LinkedTally, type SkippedPass, toFailedIfNothingRead } from './report.ts';

/** The pass follows the newest run of the mirror: everything that it stores belongs to that run. */
export interface LinkedPassRequest {
  readonly settings: Settings;
  readonly token: string;
  /** Send requests although the server asked for a pause. */
  readonly ignoresPause?: boolean;
  /** No list begins after this time, because the next run is due. */
  readonly endsBy?: Date | null;
  readonly signal: AbortSignal;
  readonly onEvent: OnSyncEvent;
}

/** A list that has begun is finished, but not for longer than this after the minutes of the budget. */
const GRACE_MINUTES = 30;

const LONG_WAIT_MS = 10_000;

/**
 * Reads linked lists within the budget: takes the writer lock, opens the mirror, reads one list after the other and
 * stores each in one transaction. Fails only if the database or this program does: a list that cannot be read costs
 * itself alone, and what ends the pass is in its report.
 */
export async function runLinkedPass(
  request: LinkedPassRequest,
  runtime: Runtime,
): Promise<LinkedReport | SkippedPass> {
  try {
    return await withWriter(
      request.settings.database,
      runtime.now,
      (mirror) => readLinked(mirror, request, runtime),
      { onDied: request.onEvent },
    );
  } catch (thrown) {
    // Another writer has the mirror: its lists are left for the next pass.
    if (thrown instanceof MirrorError && thrown.code === 'LOCKED') return { skipped: thrown.message };
    throw thrown;
  }
}

async function readLinked(
  mirror: Mirror,
  request: LinkedPassRequest,
  runtime: Runtime,
): Promise<LinkedReport | SkippedPass> {
  const { settings, onEvent } = request;
  const run = findNewestRun(mirror);
  if (run === null || !FOLLOWED.has(run.outcome)) return { skipped: toReason(run) };
  const runId = run.id;
  const now = toRisingClock(runtime.now);
  const startedAt = now();
  const budget = toBudget(settings.linkedBudget, request.endsBy ?? null, startedAt);
  const retry = {
    ...settings,
    retryAfterMaxMs: Math.min(settings.retryAfterMaxMs, (budget.minutes ?? Infinity) * 60_000),
  };
  const pauseLeftMs = request.ignoresPause === true ? 0 : findPause(mirror, settings, startedAt);
  if (pauseLeftMs > retry.retryAfterMaxMs)
    return { skipped: toTooLongPause(new Date(startedAt.getTime() + pauseLeftMs), startedAt).message };
  const meter = new BudgetMeter(budget, runtime.stopwatch ?? (() => runtime.now().getTime()));
  const client = createClientFor(settings, request.token, runtime, {
    pauseLeftMs,
    retry,
    maxDurationMs: ((budget.minutes ?? Infinity) + GRACE_MINUTES) * 60_000,
    beforeRequest: meter.take,
    onRetry: (one) => {
      // Lists that fail would otherwise fill the log.
      if (one.waitMs >= LONG_WAIT_MS) onEvent({ type: 'retrying', ...one });
    },
  });
  const passId = beginLinkedPass(mirror, { runId, at: startedAt, processId: process.pid, ...budget });
  client.onPause((until) => {
    recordPause(mirror, 'lists', passId, until);
  });
  try {
    const { signal } = request;
    const changedDocuments = await findListedChanges({ mirror, client, meter, signal, runId, now });
    const due = { runId, now: startedAt, isAll: budget.isAll, changedDocuments };
    const turns = new Turns(listDue(mirror, due));
    onEvent({ type: 'linked-begun', runId, due: turns.due });
    const pass = new LinkedPass(mirror, request, { client, meter, turns, passId, runId, now });
    const ending = await pass.run();
    const { records_new, records_changed, records_gone } = ending.sums;
    if (records_new + records_changed + records_gone > 0) mergeSearchIndexes(mirror.sqlite);
    endPass(mirror, 'lists', passId, { ...ending, ...toPassTraffic(client) }, now());
    const report = { passId, runId, startedAt, endedAt: now(), ...ending };
    onEvent({ type: 'linked-ended', report });
    return report;
  } catch (thrown) {
    const error = toDatabaseError(thrown, mirror.path);
    onEvent({ type: 'run-failed' });
    endBadly(mirror, passId, toPassTraffic(client), now(), error);
    throw error;
  } finally {
    client.close();
  }
}

/** The outcomes of a run that linked lists can follow: it read some lists of cases, and was not stopped. */
const FOLLOWED: ReadonlySet<string> = new Set<RunOutcome>(['complete', 'partial', 'suspicious']);

function toReason(run: Pick<SyncRunRow, 'id' | 'outcome'> | null): string {
  return run === null ? 'No run has read the cases yet.' : `Run ${run.id}: ${run.outcome}.`;
}

/** The rest of a pause that the server requested of a run, or of an earlier pass. */
function findPause(mirror: Mirror, { apiUrl }: Settings, now: Date): number {
  return Math.max(findPauseLeft(mirror, apiUrl.href, now), findLinkedPauseLeft(mirror, apiUrl.href, now));
}

function toBudget(budget: LinkedBudget, endsBy: Date | null, now: Date): LinkedBudget {
  if (endsBy === null) return budget;
  const left = Math.max(0, Math.floor((endsBy.getTime() - now.getTime()) / 60_000));
  return { ...budget, minutes: Math.min(budget.minutes ?? Infinity, left) };
}

/** Of the whole pass, also before its first list. */
function toPassTraffic(client: Client): PassTraffic {
  const { requests, retries } = client.traffic();
  return { requests, retries };
}

function endBadly(mirror: Mirror, passId: number, traffic: PassTraffic, at: Date, thrown: unknown): void {
  try {
    const error = thrown instanceof MirrorError ? thrown : null;
    endPass(mirror, 'lists', passId, { outcome: 'failed', error, ...traffic }, at);
  } catch {
    // The failure that is thrown on says more. The next writer records that this one died.
  }
}

type Ending = Pick<LinkedReport, 'outcome' | 'error'>;

/** One pass in progress. */
class LinkedPass {
  readonly #mirror: Mirror;
  readonly #request: LinkedPassRequest;
  readonly #client: Client;
  readonly #meter: BudgetMeter;
  readonly #turns: Turns;
  readonly #passId: number;
  readonly #runId: number;
  readonly #now: () => Date;
  readonly #tally = new LinkedTally();
  readonly #judge: FailureJudge;
  /** The lists of each kind that were a 404, as long as no list of the kind was anything else. */
  readonly #notFound: Map<LinkedKind, number>;
  readonly #notOffered: LinkedKind[] = [];

  constructor(
    mirror: Mirror,
    request: LinkedPassRequest,
    parts: {
      readonly client: Client;
      readonly meter: BudgetMeter;
      readonly turns: Turns;
      readonly passId: number;
      readonly runId: number;
      readonly now: () => Date;
    },
  ) {
    this.#mirror = mirror;
    this.#request = request;
    this.#client = parts.client;
    this.#meter = parts.meter;
    this.#turns = parts.turns;
    this.#passId = parts.passId;
    this.#runId = parts.runId;
    this.#now = parts.now;
    this.#judge = new FailureJudge(parts.client);
    const unproven = listKindStates(mirror).filter(({ read, not_offered }) => read === 0 || not_offered);
    this.#notFound = new Map(unproven.map(({ kind }) => [kind, 0]));
  }

  async run(): Promise<Omit<LinkedReport, 'passId' | 'runId' | 'startedAt' | 'endedAt'>> {
    const sofar = await this.#readAll();
    const sums = this.#tally.toSums(this.#client.traffic());
    const ending = toFailedIfNothingRead(sofar, sums, this.#tally.failures);
    const { due } = this.#turns;
    return {
      ...ending,
      sums,
      due,
      left: Math.max(0, due - sums.lists_read - sums.lists_failed),
      failures: this.#tally.failures,
      notOffered: this.#notOffered,
    };
  }

  async #readAll(): Promise<Ending> {
    const { signal, settings, onEvent } = this.#request;
    const runId = this.#runId;
    const writeRead = prepareWriteRead(this.#mirror);
    const recordFailure = prepareRecordFailure(this.#mirror);
    const recordTraffic = prepareRecordTraffic(this.#mirror);
    const findAnnounced = prepareFindAnnounced(this.#mirror);
    for (let turn = this.#turns.next(); turn !== null; turn = this.#turns.next()) {
      if (signal.aborted) return toInterrupted(signal);
      if (this.#meter.left <= 0) return { outcome: 'budget', error: null };
      const { caseId, kind } = turn;
      const before = this.#client.traffic().requests;
      let failure: MirrorError | null = null;
      // Otherwise lists whose redirects take more requests than the whole budget would never be read.
      this.#meter.admitRest();
      try {
        const read = await fetchLinkedList(this.#client, caseId, kind, {
          signal,
          maxPasses: settings.maxPasses,
          maxAttempts: Math.min(MAX_ATTEMPTS, this.#meter.left),
          announced: findAnnounced(caseId, kind),
          now: this.#now,
        });
        this.#meter.endRest();
        const figures = writeRead(read, { runId, at: this.#now(), passId: this.#passId });
        this.#tally.addRead(read.records.length, figures);
        this.#judge.noteRead();
        this.#noteOffer(kind, read.envelope === 'not_found_404');
      } catch (thrown) {
        this.#meter.endRest();
        const ending = this.#findEnding(thrown);
        if (ending !== null) {
          // The list was attempted, so it goes behind the others: if it ends every pass, they are read all the same.
          if (
            ending.outcome === 'budget' &&
            ending.error !== null &&
            this.#client.traffic().requests > before
          )
            recordFailure({ caseId, kind, runId, at: this.#now() }, ending.error);
          return ending;
        }
        // Recorded first, so that a list that this program cannot handle does not stay at the head of the queue.
        const error = thrown instanceof MirrorError ? thrown : toUnexpected(caseId, kind, thrown);
        if (!isDatabaseError(error)) recordFailure({ caseId, kind, runId, at: this.#now() }, error);
        if (!(thrown instanceof MirrorError) || isDatabaseError(thrown)) throw thrown;
        this.#tally.addFailure({ caseId, kind, error });
        failure = error;
      } finally {
        this.#turns.charge(this.#client.traffic().requests - before);
        const sums = this.#tally.toSums(this.#client.traffic());
        recordTraffic(this.#passId, sums);
        onEvent({ type: 'linked-read', sums, due: this.#turns.due });
      }
      if (failure === null || this.#meter.left <= 0) continue;
      const error = await this.#judgeFailure(failure);
      if (error !== null) return error;
    }
    return signal.aborted ? toInterrupted(signal) : { outcome: 'complete', error: null };
  }

  async #judgeFailure(failure: MirrorError): Promise<Ending | null> {
    try {
      const error = await this.#judge.judge(failure, this.#request.signal);
      return error === null ? null : (this.#findEnding(error) ?? { outcome: 'failed', error });
    } catch (thrown) {
      const ending = this.#findEnding(thrown);
      if (ending === null) throw thrown;
      return ending;
    }
  }

  /** How the pass ends with what was thrown; null if it does not end it. */
  #findEnding(thrown: unknown): Ending | null {
    const { signal } = this.#request;
    if (signal.aborted && thrown === signal.reason) return toInterrupted(signal);
    if (thrown instanceof BudgetSpentError) return { outcome: 'budget', error: null };
    if (!(thrown instanceof MirrorError)) return null;
    return endsEarly(thrown) ? { outcome: 'budget', error: thrown } : null;
  }

  /** Leaves out a kind of which every list is a 404, and no other night saw one: it does not seem to be offered. */
  #noteOffer(kind: LinkedKind, isNotFound: boolean): void {
    const count = this.#notFound.get(kind);
    if (count === undefined) return;
    if (!isNotFound) this.#notFound.delete(kind);
    else this.#notFound.set(kind, count + 1);
    if (!isNotFound || count + 1 < NOT_OFFERED_AFTER) return;
    this.#turns.close(kind);
    this.#notOffered.push(kind);
  }
}

function toInterrupted({ reason }: AbortSignal): Ending {
  return {
    outcome: 'interrupted',
    error: reason instanceof MirrorError ? reason : new MirrorError('INTERRUPTED', 'The pass was stopped.'),
  };
}

function toUnexpected(caseId: number, kind: LinkedKind, cause: unknown): MirrorError {
  return new MirrorError('RESPONSE_UNEXPECTED', `The ${kind} of case ${caseId} could not be stored.`, {
    cause,
  });
}
