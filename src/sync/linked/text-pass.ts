import { MAX_TEXT_BYTES, fetchText } from '../../api/document-text.ts';
import type { Runtime } from '../../api/pacing.ts';
import { toTooLongPause } from '../../api/retry.ts';
import type { DocumentSelection } from '../../db/linked/downloads.ts';
import {
  type TextCounts,
  countTexts,
  listDueTexts,
  measureTexts,
  prepareWriteText,
} from '../../db/linked/texts.ts';
import type { Mirror } from '../../db/open-mirror.ts';
import { findTextPause } from '../../db/linked/passes.ts';
import { findPauseLeft } from '../../db/run-log.ts';
import { TEXT_OUTCOMES } from '../../db/schema/schema.ts';
import { mergeSearchIndexes } from '../../db/search-index.ts';
import { createClientFor, refuseOtherApi } from '../run-sync.ts';
import { type DownloadReport, type DownloadRequest, runDownloadPass } from './download-pass.ts';
import { FailureJudge } from './pass-limits.ts';

export interface TextPassRequest extends DownloadRequest<TextPlan> {
  readonly token: string;
}

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

export interface TextPassReport extends DownloadReport<'texts'> {
  /** After the pass. */
  readonly counts: TextCounts;
  readonly storedBytes: number;
}

/** The mean of the recorded texts. It is used until the mirror has enough texts of its own. */
const MEAN_BYTES = 46_700;
const ENOUGH_TEXTS = 100;

/** Fetches the texts that are due, within the budget. */
export function runTextPass(request: TextPassRequest, runtime: Runtime): Promise<TextPassReport> {
  const { settings, selection, budget } = request;
  return runDownloadPass(
    'texts',
    request,
    runtime,
    ({ mirror, startedAt, beforeRequest }) => {
      refuseOtherApi(mirror, settings);
      const pause = request.ignoresPause === true ? null : findTextPause(mirror, startedAt);
      if (pause !== null) throw toTooLongPause(pause, startedAt);
      const client = createClientFor(
        { ...settings, maxBodyBytes: Math.min(settings.maxBodyBytes, MAX_TEXT_BYTES) },
        request.token,
        runtime,
        {
          beforeRequest,
          pauseLeftMs:
            request.ignoresPause === true ? 0 : findPauseLeft(mirror, settings.apiUrl.href, startedAt),
        },
      );
      const write = prepareWriteText(mirror);
      return {
        kind: 'texts',
        plan: planTexts(mirror, selection, startedAt, budget),
        client,
        judge: new FailureJudge(client),
        outcomes: TEXT_OUTCOMES,
        listDue: (limit) => listDueTexts(mirror, selection, startedAt, limit),
        fetch: ({ documentId }, signal, maxAttempts) =>
          fetchText(client, documentId, { signal, maxAttempts, now: runtime.now }),
        write: (finding) => {
          write(finding);
          return undefined;
        },
        isAnyDue: () => countTexts(mirror, selection, runtime.now()).due > 0,
        isAnyLeft: () => countTexts(mirror, selection, runtime.now()).failed > 0,
      };
    },
    (mirror, report) => {
      if (report.figures.texts > 0) mergeSearchIndexes(mirror.sqlite);
      const counts = countTexts(mirror, selection, runtime.now());
      return { ...report, counts, storedBytes: measureTexts(mirror).bytes };
    },
  );
}

/** What a pass over at most `budget` documents will do. */
export function planTexts(mirror: Mirror, selection: DocumentSelection, now: Date, budget: number): TextPlan {
  const stored = measureTexts(mirror);
  const counts = countTexts(mirror, selection, now);
  const planned = Math.min(budget, counts.due);
  const mean = stored.texts >= ENOUGH_TEXTS ? stored.bytes / stored.texts : MEAN_BYTES;
  return { counts, planned, expectedBytes: Math.round(planned * mean), storedBytes: stored.bytes };
}
