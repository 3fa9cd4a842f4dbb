import { pino } from 'pino';
import type { LogSettings } from '../config/settings.ts';
import { MirrorError } from '../errors/mirror-error.ts';
import { localizeTimes } from '../lib/local-time.ts';
import type { SchedulerEvents } from '../schedule/scheduler.ts';
import type { OnSyncEvent } from '../sync/report.ts';
import { keepHeapSmall } from '../lib/heap.ts';
import { type Io, say, sayExactly } from './io.ts';
import type { Aim } from '../lib/command-line.ts';
import { toAim } from './suggested-commands.ts';
import { explainBroken, renderError } from './text/errors.ts';
import { toLinkedJson } from './text/linked.ts';
import { createProgress } from './text/progress.ts';
import { renderAttemptStart, renderAttemptEnd, renderWaiting } from './text/state.ts';

/** The interval between lines while linked lists are read: one per list would be tens of thousands. */
const LINKED_EVERY_MS = 60_000;

/** One JSON object per event, with the id of its run. */
function createJsonLog({ stderr, runtime: { now } }: Io, level: string): NightlyLog {
  const log = pino(
    {
      level,
      base: null,
      timestamp: () => `,"time":"${now().toISOString()}"`,
      formatters: { level: (label) => ({ level: label }) },
    },
    {
      write: (line: string) => {
        sayExactly(stderr, line);
      },
    },
  );
  let runId: number | null = null;
  let saidAt = now().getTime();
  const ofRun = (fields: object) => ({ run_id: runId, ...fields });
  return {
    note: (text) => {
      log.info({ event: 'note' }, text);
    },
    events: {
      onWait: ({ until, waiting }) => {
        log.info({ event: 'waiting', until: until?.toISOString() ?? null, for: waiting });
      },
      onBegin: ({ isLate, lists }, { due_at, attempts }, missed) => {
        log.info({
          event: 'attempt-started',
          due_at,
          attempts,
          is_late: isLate,
          missed,
          lists: lists.length,
        });
      },
      onEnd: ({ due_at, outcome, is_over, attempts, run_ids, error, steps }) => {
        const isWell = outcome === 'complete' && steps.every((step) => step.outcome !== 'failed');
        log[isWell ? 'info' : 'error']({
          event: 'attempt-ended',
          due_at,
          outcome,
          is_over,
          attempts,
          run_ids,
          error,
          steps,
        });
      },
      onFailed: (error) => {
        log.error({ event: 'failed', ...toErrorFields(error) });
      },
    },
    onEvent: (event) => {
      switch (event.type) {
        case 'run-begun':
          ({ runId } = event);
          log.info(
            ofRun({
              event: event.type,
              lists: event.lists.map(({ id }) => id),
            }),
          );
          break;
        case 'died':
          log.warn({ event: event.type, log: event.log, id: event.id });
          break;
        case 'upgrade-begun':
        case 'upgrade-ended':
          log.info({ event: event.type, copy: event.copy, bytes: event.bytes });
          break;
        case 'objects-broken':
          for (const { type, name, reason } of event.broken)
            log.warn({ event: event.type, type, name, reason, hint: explainBroken(type) });
          break;
        case 'list-begun':
          log.info(ofRun({ event: event.type, list_id: event.list.id }));
          break;
        case 'page-stored': {
          const { pages, cases_seen, count_last } = event.figures;
          log.debug(ofRun({ event: event.type, list_id: event.list.id, pages, cases_seen, count_last }));
          break;
        }
        case 'page-unread':
        case 'another-pass':
          log.warn(ofRun({ event: event.type, list_id: event.list.id, reason: event.reason }));
          break;
        case 'looking-up':
          log.info(ofRun({ event: event.type, cases: event.cases }));
          break;
        case 'retrying':
          log.warn(
            ofRun({ event: event.type, reason: event.reason, attempt: event.attempt, wait_ms: event.waitMs }),
          );
          break;
        case 'index-thread-failed':
          log.warn(ofRun({ event: event.type, reason: event.reason }));
          break;
        case 'list-ended': {
          const { list, outcome, figures, error } = event.report;
          const level = error === null ? 'info' : 'warn';
          log[level](
            ofRun({
              event: event.type,
              list_id: list.id,
              outcome,
              ...figures,
              error: error && toErrorFields(error),
            }),
          );
          break;
        }
        case 'run-ended': {
          const { outcome, error } = event.report;
          log[error === null ? 'info' : 'error'](
            ofRun({ event: event.type, outcome, error: error && toErrorFields(error) }),
          );
          break;
        }
        case 'linked-begun':
          ({ runId } = event);
          log.info(ofRun({ event: event.type, due: event.due }));
          break;
        case 'linked-read':
          if (now().getTime() - saidAt < LINKED_EVERY_MS) break;
          saidAt = now().getTime();
          log.debug(ofRun({ event: event.type, ...event.sums, due: event.due }));
          break;
        case 'linked-ended': {
          const { outcome } = event.report;
          log[outcome === 'failed' ? 'error' : 'info'](
            ofRun({ ...toLinkedJson(event.report), event: event.type }),
          );
          break;
        }
        case 'measuring-coverage':
          log.debug(ofRun({ event: event.type }));
          break;
        case 'run-failed':
          log.error(ofRun({ event: event.type }));
          break;
      }
    },
  };
}

function toErrorFields(error: unknown) {
  if (error instanceof MirrorError) return { code: error.code, message: error.message, hint: error.hint };
  return error instanceof Error ? { message: error.message, stack: error.stack } : { message: String(error) };
}

/** The log of `nightly`: text for a person at a terminal, or JSON for a log collector. */
export interface NightlyLog {
  readonly events: SchedulerEvents;
  readonly onEvent: OnSyncEvent;
  /** Logs a message about the process itself. */
  readonly note: (text: string) => void;
}

/** Text on a terminal, otherwise one JSON object per event, unless --log-format names one of the two. */
export function createNightlyLog(io: Io, { logFormat, logLevel }: LogSettings, aim: Aim): NightlyLog {
  const isJson = logFormat === 'json' || (logFormat === 'auto' && io.stderr.isTTY !== true);
  return isJson ? createJsonLog(io, logLevel) : createTextLog(io, aim);
}

function createTextLog(io: Io, aim: Aim): NightlyLog {
  const { timeZone } = io;
  const note = (text: string): void => {
    say(io.stderr, `${localizeTimes(text, timeZone)}\n`);
  };
  return {
    note,
    onEvent: createProgress(io.stderr, io.runtime.now, timeZone, aim),
    events: {
      onWait: (plan) => {
        note(renderWaiting(plan));
      },
      onBegin: (plan, run, missed) => {
        note(renderAttemptStart(plan, run, missed));
      },
      onEnd: (run) => {
        note(renderAttemptEnd(run));
      },
      onFailed: (error) => {
        note(renderError(error, timeZone, { aim }));
      },
    },
  };
}

/** Shows the events of a run, and keeps the heap small after each page and each linked list. */
export function createRunEvents(
  io: Io,
  show = createProgress(io.stderr, io.runtime.now, io.timeZone, toAim(io, {})),
): OnSyncEvent {
  return (event) => {
    show(event);
    if (event.type === 'page-stored' || event.type === 'linked-read') keepHeapSmall();
  };
}
