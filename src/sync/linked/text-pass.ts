import type { Client } from '../../api/client.ts';
import type { Runtime } from '../../api/pacing.ts';
import { MAX_TEXT_BYTES, fetchText } from '../../api/document-text.ts';
import type { Settings } from '../../config/settings.ts';
import {
  type TextFigures,
  type TextPassEnding,
  beginTextPass,
  endTextPass,
  findTextPause,
  recordTextFigures,
  recordTextPause,
} from '../../db/linked/passes.ts';
import {
  type DueText,
  type TextCounts,
  type TextFinding,
  type TextSelection,
  countTexts,
  listDueTexts,
  measureTexts,
  prepareWriteText,
} from '../../db/linked/texts.ts';
import type { BrokenObject } from '../../db/migrate.ts';
import { type Mirror, withWriter } from '../../db/open-mirror.ts';
import { finishRedactionsIfPossible } from '../../db/redact.ts';
import { findPauseLeft } from '../../db/run-log.ts';
import { mergeSearchIndexes } from '../../db/search-index.ts';
import { MirrorError } from '../../errors/mirror-error.ts';
import { toTooLongPause } from '../../api/retry.ts';
import { isDatabaseError } from '../report.ts';
import { createClientFor } from '../run-sync.ts';
import { BudgetMeter, BudgetSpentError, FailureJudge } from './pass-limits.ts';

export interface TextPassRequest {
  readonly settings: Settings;
  readonly token: string;
  readonly selection: TextSelection;
  /** Maximum requests, including retries and redirects. */
  readonly budget: number;
  readonly signal: AbortSignal;
  readonly onEvent: (event: TextPassEvent) => void;
}

export type TextPassEvent =
  /** The upgrade of an older mirror broke these objects, which a user added. */
  | { readonly type: 'objects-broken'; readonly broken: readonly BrokenObject[] }
  /** Nothing was requested yet. */
  | { readonly type: 'planned'; readonly plan: TextPlan }
  | {
      readonly type: 'text-ended';
      readonly documentId: number;
      readonly outcome: string;
      readonly figures: TextFigures;
      readonly of: number;
    };

/** What a pass is going to do. */
export interface TextPlan {
  readonly counts: TextCounts;
  /** Documents that this pass asks for at most. */
  readonly planned: number;
  /** Bytes that the texts of the pass will probably take in the file. */
  readonly expectedBytes: number;
  /** Bytes of the texts that are stored. */
  readonly storedBytes: number;
}

export interface TextPassReport extends TextPassEnding {
  readonly passId: number;
  readonly startedAt: Date;
  readonly endedAt: Date;
  readonly figures: TextFigures;
  /** After the pass. */
  readonly counts: TextCounts;
  readonly storedBytes: number;
  /** The end of the pause that the server requested of texts. */
  readonly pausedUntil: Date | null;
}

/** The mean of the recorded texts. It is used until the mirror has enough texts of its own. */
const MEAN_BYTES = 46_700;
const ENOUGH_TEXTS = 100;

/** A text is requested again another day, so a request is retried only a few times. */
const MAX_ATTEMPTS = 3;

/**
 * Fetches the texts that are due, within the budget: takes the writer lock, opens the mirror, and records each finding in
 * one transaction with the figures of the pass. A failure of one text costs only that text.
 */
export async function runTextPass(request: TextPassRequest, runtime: Runtime): Promise<TextPassReport> {
  const onBroken = (broken: readonly BrokenObject[]): void => {
    request.onEvent({ type: 'objects-broken', broken });
  };
  return withWriter(
    request.settings.database,
    (mirror) => {
      finishRedactionsIfPossible(mirror, runtime.now);
      return fetchTexts(mirror, request, runtime);
    },
    { onBroken },
  );
}

async function fetchTexts(
  mirror: Mirror,
  request: TextPassRequest,
  runtime: Runtime,
): Promise<TextPassReport> {
  const { settings, selection, budget, onEvent } = request;
  const startedAt = runtime.now();
  const pause = findTextPause(mirror, startedAt);
  if (pause !== null) throw toTooLongPause(pause, startedAt);
  const due = listDueTexts(mirror, selection, startedAt, Math.min(budget, Number.MAX_SAFE_INTEGER));
  onEvent({ type: 'planned', plan: planTexts(mirror, selection, startedAt, due.length) });
  const meter = new BudgetMeter(
    { requests: Number.isFinite(budget) ? budget : null, minutes: null, isAll: !Number.isFinite(budget) },
    runtime.stopwatch ?? (() => runtime.now().getTime()),
  );
  const client = createClientFor(
    { ...settings, maxBodyBytes: Math.min(settings.maxBodyBytes, MAX_TEXT_BYTES) },
    request.token,
    runtime,
    { beforeRequest: meter.take, pauseLeftMs: findPauseLeft(mirror, settings.apiUrl.href, startedAt) },
  );
  const passId = beginTextPass(mirror, { startedAt, budget: Number.isFinite(budget) ? budget : null });
  client.onPause((until) => {
    recordTextPause(mirror, passId, until);
  });
  const figures = { texts: 0, empty: 0, not_offered: 0, too_large: 0, failed: 0 };
  const write = prepareWriteText(mirror);
  const toFigures = (): TextFigures => {
    const { requests, retries, waitedMs, bytes } = client.traffic();
    return { requests, retries, waited_ms: waitedMs, bytes, ...figures };
  };
  const record = (finding: TextFinding): void => {
    const { result } = finding;
    const outcome = 'error' in result ? 'failed' : result.answer.outcome;
    figures[outcome === 'text' ? 'texts' : outcome]++;
    mirror.sqlite
      .transaction(() => {
        write(finding);
        recordTextFigures(mirror, passId, toFigures());
      })
      .immediate();
    onEvent({
      type: 'text-ended',
      documentId: finding.document.documentId,
      outcome,
      figures: toFigures(),
      of: due.length,
    });
  };
  try {
    const ending = await readAll(due, { client, meter }, request, runtime, record);
    const counts = countTexts(mirror, selection, runtime.now());
    const outcome = ending.outcome === 'complete' && counts.due > 0 ? 'budget' : ending.outcome;
    const endedAt = runtime.now();
    mirror.sqlite
      .transaction(() => {
        recordTextFigures(mirror, passId, toFigures());
        endTextPass(mirror, passId, { ...ending, outcome }, endedAt);
      })
      .immediate();
    if (figures.texts > 0) mergeSearchIndexes(mirror.sqlite);
    const storedBytes = measureTexts(mirror).bytes;
    const pausedUntil = client.pausedUntil();
    return {
      ...ending,
      outcome,
      passId,
      startedAt,
      endedAt,
      figures: toFigures(),
      counts,
      storedBytes,
      pausedUntil,
    };
  } finally {
    client.close();
  }
}

/** Requests one text after another and records what came of each. */
async function readAll(
  due: readonly DueText[],
  { client, meter }: { readonly client: Client; readonly meter: BudgetMeter },
  { settings, signal }: TextPassRequest,
  runtime: Runtime,
  record: (finding: TextFinding) => void,
): Promise<TextPassEnding> {
  const { now } = runtime;
  const judge = new FailureJudge(client);
  try {
    for (const document of due) {
      signal.throwIfAborted();
      const before = client.traffic().requests;
      try {
        const maxAttempts = Math.min(MAX_ATTEMPTS, settings.maxAttempts, Math.max(1, meter.left));
        const answer = await fetchText(client, document.documentId, { signal, maxAttempts, now });
        record({ document, result: { answer }, at: now() });
        judge.noteRead();
      } catch (error) {
        if (!(error instanceof MirrorError) || signal.aborted || isDatabaseError(error)) throw error;
        // A text that ends every pass goes behind the others, which are then fetched all the same.
        const isAttempted = client.traffic().requests > before;
        if (isAttempted || !endsPass(error)) record({ document, result: { error }, at: now() });
        if (endsPass(error)) throw error;
        const cause = await judge.judge(error, signal);
        if (cause !== null) return { outcome: 'failed', error: cause };
      }
    }
    return { outcome: 'complete', error: null };
  } catch (error) {
    if (error instanceof BudgetSpentError) return { outcome: 'budget', error: null };
    if (!(error instanceof MirrorError) || isDatabaseError(error)) throw error;
    return { outcome: signal.aborted ? 'interrupted' : endsPass(error) ? 'budget' : 'failed', error };
  }
}

/** No further request would be allowed; the texts that are left are due in the next pass. */
const endsPass = ({ code }: MirrorError): boolean =>
  code === 'RETRY_AFTER_TOO_LONG' || code === 'MAX_DURATION_REACHED';

/** What a pass over at most so many documents will do. */
export function planTexts(mirror: Mirror, selection: TextSelection, now: Date, planned: number): TextPlan {
  const stored = measureTexts(mirror);
  const counts = countTexts(mirror, selection, now);
  const part = Math.min(planned, counts.due);
  const mean = stored.texts >= ENOUGH_TEXTS ? stored.bytes / stored.texts : MEAN_BYTES;
  return {
    counts,
    planned: part,
    expectedBytes: Math.round(part * mean),
    storedBytes: stored.bytes,
  };
}
