import type { Client, Runtime } from '../../api/client.ts';
import { MAX_TEXT_BYTES, fetchText } from '../../api/document-text.ts';
import type { Settings } from '../../config/settings.ts';
import { toDatabaseError } from '../../db/errors.ts';
import {
  type TextFigures,
  type TextPassEnding,
  beginTextPass,
  endTextPass,
  findTextPause,
  recordTextFigures,
} from '../../db/linked/text-passes.ts';
import {
  type DueText,
  type TextCounts,
  type TextFinding,
  type TextSelection,
  countFailures,
  countTexts,
  listDueTexts,
  measureTexts,
  prepareWriteText,
} from '../../db/linked/texts.ts';
import { takeWriterLock } from '../../db/lock.ts';
import { type Mirror, openMirror } from '../../db/open-mirror.ts';
import type { ErrorCode } from '../../errors/codes.ts';
import { MirrorError } from '../../errors/mirror-error.ts';
import { toTooLongPause } from '../../api/retry.ts';
import { createClientFor } from '../run-sync.ts';

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
}

/** The mean of the recorded texts. It is used until the mirror has enough texts of its own. */
const MEAN_BYTES = 46_700;
const ENOUGH_TEXTS = 100;

/** With so many failures in a row of one kind, the server has a problem, not a single document. */
const MAX_IN_A_ROW = 5;

const DAY_MS = 24 * 60 * 60 * 1000;
const MAX_PAUSE_DAYS = 30;

/** Thrown before a request that the budget does not allow. */
class BudgetSpent extends Error {}

/**
 * Fetches the texts that are due, within the budget: takes the writer lock, opens the mirror, and records each finding in
 * one transaction with the figures of the pass. A failure of one text costs only that text.
 */
export async function runTextPass(request: TextPassRequest, runtime: Runtime): Promise<TextPassReport> {
  const { settings } = request;
  const lock = takeWriterLock(settings.database);
  try {
    const mirror = openMirror(settings.database);
    try {
      return await fetchTexts(mirror, request, runtime);
    } catch (thrown) {
      throw toDatabaseError(thrown, settings.database);
    } finally {
      mirror.close();
    }
  } finally {
    lock.release();
  }
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
  let sent = 0;
  const client = createClientFor(
    { ...settings, maxBodyBytes: Math.min(settings.maxBodyBytes, MAX_TEXT_BYTES) },
    request.token,
    runtime,
    {
      beforeRequest: () => {
        if (sent >= budget) throw new BudgetSpent();
        sent++;
      },
    },
  );
  const passId = beginTextPass(mirror, { startedAt, budget: Number.isFinite(budget) ? budget : null });
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
    const ending = await readAll(due, client, request, runtime, record, (documentId) =>
      countFailures(mirror, documentId),
    );
    const counts = countTexts(mirror, selection, runtime.now());
    const outcome = ending.outcome === 'complete' && counts.due > 0 ? 'budget' : ending.outcome;
    const endedAt = runtime.now();
    mirror.sqlite
      .transaction(() => {
        recordTextFigures(mirror, passId, toFigures());
        endTextPass(mirror, passId, { ...ending, outcome }, endedAt);
      })
      .immediate();
    const storedBytes = measureTexts(mirror).bytes;
    return { ...ending, outcome, passId, startedAt, endedAt, figures: toFigures(), counts, storedBytes };
  } finally {
    client.close();
  }
}

/** Requests one text after another and records what came of each. */
async function readAll(
  due: readonly DueText[],
  client: Client,
  { settings, signal }: TextPassRequest,
  runtime: Runtime,
  record: (finding: TextFinding) => void,
  failuresOf: (documentId: number) => number,
): Promise<TextPassEnding> {
  const { now } = runtime;
  let [lastCode, inARow]: [ErrorCode | null, number] = [null, 0];
  for (const document of due) {
    try {
      signal.throwIfAborted();
      const answer = await fetchText(client, document.documentId, {
        signal,
        maxAttempts: settings.maxAttempts,
        now,
      });
      [lastCode, inARow] = [null, 0];
      record({ document, result: { answer }, at: now() });
    } catch (error) {
      if (error instanceof BudgetSpent)
        return { outcome: 'budget', error: null, pausedUntil: client.pausedUntil() };
      if (!(error instanceof MirrorError)) throw error;
      if (signal.aborted) return { outcome: 'interrupted', error, pausedUntil: client.pausedUntil() };
      if (error.code === 'RETRY_AFTER_TOO_LONG' || error.code === 'MAX_DURATION_REACHED')
        return { outcome: 'budget', error, pausedUntil: client.pausedUntil() };
      const at = now();
      record({
        document,
        result: { error, pausedUntil: toPauseEnd(failuresOf(document.documentId), at) },
        at,
      });
      [lastCode, inARow] = [error.code, lastCode === error.code ? inARow + 1 : 1];
      if (inARow >= MAX_IN_A_ROW) return { outcome: 'failed', error, pausedUntil: client.pausedUntil() };
    }
  }
  return { outcome: 'complete', error: null, pausedUntil: null };
}

/** The pause doubles with each failure: a day, two, four, up to thirty. */
function toPauseEnd(failuresBefore: number, at: Date): Date {
  return new Date(at.getTime() + Math.min(2 ** failuresBefore, MAX_PAUSE_DAYS) * DAY_MS);
}

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
