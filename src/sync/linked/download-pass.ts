import { setImmediate as nextTick } from 'node:timers/promises';
import type { PacedClient, Runtime } from '../../api/pacing.ts';
import type { Settings } from '../../config/settings.ts';
import {
  type DocumentSelection,
  type DueDocument,
  type Finding,
  toFigure,
} from '../../db/linked/downloads.ts';
import {
  type DownloadFigures,
  type DownloadKind,
  type PassEnding,
  type PassTraffic,
  beginDownloadPass,
  endPass,
  recordFigures,
  recordPause,
} from '../../db/linked/passes.ts';
import type { BrokenObject } from '../../db/migrate.ts';
import { type Mirror, type UpgradeStep, withWriter } from '../../db/open-mirror.ts';
import type { Died } from '../../db/dead-rows.ts';
import { finishRedactionsIfPossible } from '../../db/redact.ts';
import { MirrorError } from '../../errors/mirror-error.ts';
import { isDatabaseError } from '../report.ts';
import { BudgetMeter, BudgetSpentError, MAX_ATTEMPTS, endsEarly } from './pass-limits.ts';

/* One pass over the texts or the files of documents. Where they come from, and how one is stored, is up to its source. */

export interface DownloadRequest<Plan> {
  readonly settings: Settings;
  readonly selection: DocumentSelection;
  /**
   * Maximum requests, including retries and redirects; only the redirects of a file that was requested may exceed it. For
   * files, requests for those with a short answer and no file do not count, up to as many as the budget.
   */
  readonly budget: number;
  /** Send requests although the server asked for a pause. */
  readonly ignoresPause?: boolean;
  readonly signal: AbortSignal;
  readonly onEvent: (event: DownloadEvent<Plan>) => void;
}

export type DownloadEvent<Plan> =
  | UpgradeStep
  | Died
  /** The upgrade of an older mirror broke these objects, which a user added. */
  | { readonly type: 'objects-broken'; readonly broken: readonly BrokenObject[] }
  /** Nothing was requested yet. */
  | { readonly type: 'planned'; readonly plan: Plan }
  /** So many of the documents of this pass have failed since it began; one more was attempted, of those that the budget still allows. */
  | { readonly type: 'document-ended'; readonly failed: number; readonly of: number };

/** What a pass asks of texts or of files. */
export interface DownloadSource<
  Kind extends DownloadKind,
  Plan,
  Answer extends { readonly outcome: string },
> {
  readonly kind: Kind;
  readonly plan: Plan;
  /** Closed by the pass. */
  readonly client: PacedClient;
  readonly judge: {
    noteRead(document: DueDocument): void;
    /** Returns the error with which the pass ends; null if it goes on. */
    judge(error: MirrorError, signal: AbortSignal, document: DueDocument): Promise<MirrorError | null>;
  };
  /** The outcomes of answers, and `failed`. */
  readonly outcomes: readonly (Answer['outcome'] | 'failed')[];
  /** Answers that cost no request. They are recorded first, and are not due any more. */
  readonly refused?: () => Iterable<{ readonly document: DueDocument; readonly answer: Answer }>;
  /** Whether the requests for this answer, which had so many bytes, do not count. */
  readonly isFree?: (answer: Answer, bytes: number) => boolean;
  /**
   * For a source of several hosts. `isHeld`: its host requested a pause that is too long to wait for, or does not respond; `isPaused`: it
   * requested a shorter pause. `toHeldError` says with what a pass ends that held documents because of a pause, and `findFailure` with
   * what it fails because hosts do not respond; null if there are none.
   */
  readonly hosts?: {
    isHeld(document: DueDocument): boolean;
    isPaused(document: DueDocument): boolean;
    toHeldError(): MirrorError | null;
    findFailure(): MirrorError | null;
  };
  /** Records a pause that a host requested, in the caller's transaction. */
  readonly writePause?: (until: Date, host: string) => void;
  /** Whether selected documents are left that are not due: they failed, or their host is not known. */
  isAnyLeft(): boolean;
  /** Lists the documents that are due and not held, the most urgent first. */
  listDue(limit: number): readonly DueDocument[];
  /** Requests one text or file. Throws a MirrorError if there is no clear answer. */
  fetch(document: DueDocument, signal: AbortSignal, maxAttempts: number): Promise<Answer>;
  /** Records a finding, in the caller's transaction. Returns what is to be done when that is committed. */
  write(finding: Finding<Answer>): (() => void) | undefined;
  /** Whether any selected document is still due. */
  isAnyDue(): boolean;
}

export interface DownloadReport<Kind extends DownloadKind> extends PassEnding {
  readonly error: MirrorError | null;
  readonly passId: number;
  readonly startedAt: Date;
  readonly endedAt: Date;
  readonly figures: DownloadFigures<Kind>;
  /** The end of the pause that the server requested. */
  readonly pausedUntil: Date | null;
}

type Ending = Pick<DownloadReport<DownloadKind>, 'outcome' | 'error'>;

/** So many documents that cost no request are recorded in one transaction. */
const BATCH = 500;

/** What a source is opened with. */
export interface SourceContext {
  readonly mirror: Mirror;
  readonly startedAt: Date;
  /** Counts a request before it is sent. */
  readonly beforeRequest: () => void;
}

/**
 * Fetches what is due, within the budget: takes the writer lock, opens the mirror, and records each finding in one
 * transaction with the figures of the pass. A failure of one document costs only that document. `complete` makes the report of the source
 * while the mirror is still open.
 */
export async function runDownloadPass<
  Kind extends DownloadKind,
  Plan,
  Answer extends { readonly outcome: string },
  Report,
>(
  kind: Kind,
  request: DownloadRequest<Plan>,
  runtime: Runtime,
  open: (context: SourceContext) => DownloadSource<Kind, Plan, Answer>,
  complete: (mirror: Mirror, report: DownloadReport<Kind>) => Report,
): Promise<Report> {
  const { settings, budget, onEvent } = request;
  const onBroken = (broken: readonly BrokenObject[]): void => {
    onEvent({ type: 'objects-broken', broken });
  };
  return withWriter(
    settings.database,
    runtime.now,
    async (mirror) => {
      finishRedactionsIfPossible(mirror, runtime.now);
      const startedAt = runtime.now();
      const requests = Number.isFinite(budget) ? budget : null;
      const meter = new BudgetMeter(
        { requests, minutes: null, isAll: requests === null },
        runtime.stopwatch ?? (() => runtime.now().getTime()),
      );
      const source = open({ mirror, startedAt, beforeRequest: meter.take });
      try {
        onEvent({ type: 'planned', plan: source.plan });
        const passId = beginDownloadPass(mirror, kind, { startedAt, budget: requests });
        source.client.onPause((until, host) => {
          mirror.sqlite
            .transaction(() => {
              source.writePause?.(until, host);
              recordPause(mirror, kind, passId, until);
            })
            .immediate();
        });
        const pass = { mirror, source, meter, request, passId, now: runtime.now };
        return complete(mirror, { passId, startedAt, ...(await fetchDue(pass)) });
      } finally {
        source.client.close();
      }
    },
    { onBroken, onUpgrade: onEvent, onDied: onEvent },
  );
}

interface Pass<Kind extends DownloadKind, Plan, Answer extends { readonly outcome: string }> {
  readonly mirror: Mirror;
  readonly source: DownloadSource<Kind, Plan, Answer>;
  readonly meter: BudgetMeter;
  readonly request: DownloadRequest<Plan>;
  readonly passId: number;
  readonly now: () => Date;
}

/** Requests what is due, and records the end of the pass. */
async function fetchDue<Kind extends DownloadKind, Plan, Answer extends { readonly outcome: string }>(
  pass: Pass<Kind, Plan, Answer>,
): Promise<Omit<DownloadReport<Kind>, 'passId' | 'startedAt'>> {
  const { mirror, source, meter, request, passId, now } = pass;
  const { kind, client, outcomes } = source;
  const found = new Map(outcomes.map((outcome) => [outcome, 0]));
  const toFigures = (): DownloadFigures<Kind> => {
    const { requests, retries, waitedMs, bytes } = client.traffic();
    const counts = [...found].map(([outcome, count]) => [toFigure(outcome), count]);
    return {
      requests,
      retries,
      waited_ms: waitedMs,
      bytes,
      ...Object.fromEntries(counts),
    } as DownloadFigures<Kind>;
  };
  const record = (...findings: readonly Finding<Answer>[]): void => {
    for (const { result } of findings) {
      const outcome = 'error' in result ? 'failed' : result.answer.outcome;
      found.set(outcome, (found.get(outcome) ?? 0) + 1);
    }
    const tidies = mirror.sqlite
      .transaction(() => {
        const after = findings.map((finding) => source.write(finding));
        recordFigures(mirror, kind, passId, toFigures());
        return after;
      })
      .immediate();
    for (const tidy of tidies) tidy?.();
  };
  let refused: Finding<Answer>[] = [];
  for (const { document, answer } of source.refused?.() ?? []) {
    refused.push({ document, result: { answer }, at: now() });
    if (refused.length < BATCH) continue;
    record(...refused);
    refused = [];
    await nextTick();
    if (request.signal.aborted) break; // The rest is due, so the loop over what is due says that the pass was stopped.
  }
  if (refused.length > 0) record(...refused);
  // Requests that do not count come on top of the budget, up to as many again.
  const limit = request.budget * (source.isFree === undefined ? 1 : 2);
  let of = 0;
  let attempted = 0;
  const fetchListed = async (): Promise<Ending & { readonly held: number }> => {
    const due = source.listDue(Math.min(limit, Number.MAX_SAFE_INTEGER));
    of += due.length;
    return fetchEach(due, pass, (finding) => {
      record(finding);
      const affordable = ++attempted + meter.left;
      const failed = found.get('failed') ?? 0;
      request.onEvent({ type: 'document-ended', failed, of: Math.min(of, affordable) });
    });
  };
  let listed = await fetchListed();
  // A host that requested a pause, or does not respond, took places in the list: those of other hosts take them now.
  while (listed.outcome === 'complete' && listed.held > 0) {
    of -= listed.held;
    listed = await fetchListed();
  }
  const ending = toEnding(listed, source);
  const endedAt = now();
  const figures = toFigures();
  const traffic: PassTraffic = figures;
  mirror.sqlite
    .transaction(() => {
      recordFigures(mirror, kind, passId, figures);
      endPass(mirror, kind, passId, { ...traffic, ...ending }, endedAt);
    })
    .immediate();
  return { ...ending, endedAt, figures, pausedUntil: client.pausedUntil() };
}

/** What is left decides how a pass ended that nothing ended early. */
function toEnding<Kind extends DownloadKind, Plan, Answer extends { readonly outcome: string }>(
  { outcome, error }: Ending,
  source: DownloadSource<Kind, Plan, Answer>,
): Ending {
  if (outcome !== 'complete' && (outcome !== 'budget' || error !== null)) return { outcome, error };
  const failure = source.hosts?.findFailure() ?? null;
  if (failure !== null) return { outcome: 'failed', error: failure };
  if (outcome === 'budget') return { outcome, error };
  if (source.isAnyDue()) return { outcome: 'budget', error: source.hosts?.toHeldError() ?? null };
  return { outcome: source.isAnyLeft() ? 'partial' : 'complete', error: null };
}

/** First the documents of hosts without a pause, then those whose host may have to be waited for. */
function* orderByPause<Answer extends { readonly outcome: string }>(
  due: readonly DueDocument[],
  hosts: DownloadSource<DownloadKind, unknown, Answer>['hosts'],
): Generator<DueDocument, void> {
  const later: DueDocument[] = [];
  for (const document of due)
    if (hosts?.isPaused(document) === true) later.push(document);
    else yield document;
  yield* later;
}

/**
 * Requests one document after another, and records what came of each. `held`: the documents that were not requested because of their
 * host.
 */
async function fetchEach<Kind extends DownloadKind, Plan, Answer extends { readonly outcome: string }>(
  due: readonly DueDocument[],
  { source, meter, request, now }: Pass<Kind, Plan, Answer>,
  record: (finding: Finding<Answer>) => void,
): Promise<Ending & { readonly held: number }> {
  const { settings, signal } = request;
  const { client, judge, hosts } = source;
  let held = 0;
  try {
    for (const document of orderByPause(due, hosts)) {
      signal.throwIfAborted();
      if (hosts?.isHeld(document) === true) {
        held++;
        continue;
      }
      if (meter.left <= 0) return { outcome: 'budget', error: null, held };
      const before = client.traffic();
      // Otherwise a file that takes more requests than the whole budget would end every pass.
      meter.admitRest();
      try {
        const maxAttempts = Math.min(MAX_ATTEMPTS, settings.maxAttempts, meter.left);
        const answer = await source.fetch(document, signal, maxAttempts).finally(() => {
          meter.endRest();
        });
        record({ document, result: { answer }, at: now() });
        judge.noteRead(document);
        const { requests, bytes } = client.traffic();
        if (source.isFree?.(answer, bytes - before.bytes) === true)
          meter.giveBack(requests - before.requests);
      } catch (error) {
        if (!(error instanceof MirrorError) || signal.aborted || isDatabaseError(error)) throw error;
        if (error.code === 'FILE_UNWRITABLE') throw error; // It says nothing about the document.
        // A document that ends every pass goes behind the others, which are then requested all the same.
        const isAttempted = client.traffic().requests > before.requests;
        if (isAttempted || !endsEarly(error)) record({ document, result: { error }, at: now() });
        // The pause of one host says nothing about the files of others, nor does it say that the network fails.
        if (hosts !== undefined && (error.code === 'RETRY_AFTER_TOO_LONG' || hosts.isHeld(document)))
          continue;
        if (endsEarly(error)) throw error;
        const cause = await judge.judge(error, signal, document);
        if (cause !== null) return { outcome: 'failed', error: cause, held };
      }
    }
    return { outcome: 'complete', error: null, held };
  } catch (error) {
    if (error instanceof BudgetSpentError) return { outcome: 'budget', error: null, held };
    if (!(error instanceof MirrorError) || isDatabaseError(error)) throw error;
    return { outcome: signal.aborted ? 'interrupted' : endsEarly(error) ? 'budget' : 'failed', error, held };
  }
}
