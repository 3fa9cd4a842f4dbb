import { SingleBar } from 'cli-progress';
import type { OnSyncEvent } from '../../sync/sync-events.ts';
import type { Out } from '../io.ts';
import { clip, pad } from './table.ts';
import { renderCount, renderDuration } from './units.ts';

/** How long a log stays silent while a long status goes on. */
const LINE_EVERY_MS = 10_000;

/** Shows a run while it goes on: a bar for each status on a terminal, lines elsewhere. */
export function createProgress(out: Out, now: () => Date): OnSyncEvent {
  return out.isTTY === true ? createBars(out) : createLines(out, now);
}

function createBars(out: Out): OnSyncEvent {
  const isWide = (out.columns ?? 80) >= 110;
  const labelWidth = isWide ? 30 : 16;
  let bar: SingleBar | undefined;
  let note = '';
  const begin = (label: string, total: number): SingleBar => {
    const next = new SingleBar({
      stream: out,
      format: '{label} {bar} {value}/{total} cases  {rate}/s  {left} left {note}',
      barsize: isWide ? 24 : 12,
      hideCursor: true,
      etaBuffer: 50,
    });
    next.start(total, 0, {
      label: pad(clip(label, labelWidth), labelWidth, 'left'),
      rate: '-',
      left: '-',
      note: '',
    });
    return next;
  };
  let startedAt = 0;
  return (event) => {
    switch (event.type) {
      case 'status-begun':
        startedAt = performance.now();
        bar = begin(`${event.status.id} ${event.status.label}`, 0);
        break;
      case 'page-stored': {
        const { cases_seen: seen, count_last: total } = event.figures;
        const perSecond = seen / Math.max(0.001, (performance.now() - startedAt) / 1000);
        note = '';
        bar?.setTotal(Math.max(total ?? seen, seen));
        bar?.update(seen, {
          rate: Math.round(perSecond),
          left:
            perSecond > 0 ? renderDuration((Math.max(0, (total ?? seen) - seen) / perSecond) * 1000) : '-',
          note,
        });
        break;
      }
      case 'retrying':
        note = `(trying again in ${renderDuration(event.waitMs)}: ${event.reason})`.slice(0, 60);
        bar?.update({ note });
        break;
      case 'status-ended':
        bar?.update({ note: event.report.outcome, left: '0 ms' });
        bar?.stop();
        bar = undefined;
        break;
      case 'run-begun':
      case 'run-ended':
        break;
    }
  };
}

function createLines(out: Out, now: () => Date): OnSyncEvent {
  let saidAt = 0;
  const say = (text: string): void => {
    saidAt = now().getTime();
    out.write(`${now().toISOString()} ${text}\n`);
  };
  return (event) => {
    switch (event.type) {
      case 'run-begun':
        for (const id of event.deadRuns) say(`run ${id} had ended without a word; marked as died`);
        say(event.runId === null ? 'dry run begun' : `run ${event.runId} begun`);
        break;
      case 'status-begun':
        say(`${event.status.id} ${event.status.label}: begun`);
        break;
      case 'page-stored':
        if (now().getTime() - saidAt >= LINE_EVERY_MS) {
          const { cases_seen: seen, count_last: total } = event.figures;
          say(
            `${event.status.id} ${event.status.label}: ${renderCount(seen)} of ${renderCount(total ?? seen)} cases`,
          );
        }
        break;
      case 'retrying':
        say(
          `trying again in ${renderDuration(event.waitMs)} (attempt ${event.attempt} failed): ${event.reason}`,
        );
        break;
      case 'status-ended': {
        const { status, outcome, figures } = event.report;
        say(`${status.id} ${status.label}: ${outcome}, ${renderCount(figures.cases_seen)} cases`);
        break;
      }
      case 'run-ended':
        say(`run ended: ${event.report.outcome}`);
        break;
    }
  };
}
