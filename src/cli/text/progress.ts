import { SingleBar } from 'cli-progress';
import type { Aim } from '../../lib/command-line.ts';
import { clip, pad, renderCount, renderPlural } from '../../lib/layout.ts';
import { localizeTimes, toZonedMinute } from '../../lib/local-time.ts';
import type { DownloadKind } from '../../db/linked/passes.ts';
import type { OnSyncEvent } from '../../sync/report.ts';
import type { OnProgress } from '../../verify/proof.ts';
import { type Out, say as sayTo } from '../io.ts';
import { renderBroken, renderDied, renderUpgrade } from './errors.ts';
import { toPassWords } from '../../sync/linked/report.ts';
import { renderLinkedSums } from './linked.ts';
import { renderDuration } from './words.ts';

/** The interval between log lines while a long list is read. */
const LINE_EVERY_MS = 10_000;

/** Shows the progress of a run: a bar for each list on a terminal, lines elsewhere. */
export function createProgress(
  out: Out,
  now: () => Date,
  timeZone: string,
  aim: Aim = (text) => text,
): OnSyncEvent {
  const show = out.isTTY === true ? createBars(out, now) : createLines(out, now, timeZone);
  return (event) => {
    switch (event.type) {
      case 'upgrade-begun':
      case 'upgrade-ended':
        sayTo(out, aim(renderUpgrade(event)));
        break;
      case 'objects-broken':
        sayTo(out, renderBroken(event.broken));
        break;
      default:
        show(event);
    }
  };
}

function createBars(out: Out, now: () => Date): OnSyncEvent {
  const columns = out.columns ?? 80;
  const isWide = columns >= 110;
  const labelWidth = isWide ? 30 : 16;
  const barsize = isWide ? 24 : 12;
  // The rest of the line beside label, bar and "12,300/12,300 cases".
  const tailWidth = columns - labelWidth - barsize - 24;
  let bar: SingleBar | undefined;
  let startedAt = 0;
  const showTail = (text: string): void => {
    bar?.update({ tail: clip(text, tailWidth) });
  };
  return (event) => {
    switch (event.type) {
      case 'died':
        sayTo(out, `${renderDied(event)}\n`);
        break;
      case 'list-begun': {
        const label = pad(clip(`${event.list.id} ${event.list.label}`, labelWidth), labelWidth, 'left');
        startedAt = now().getTime();
        bar = new SingleBar({
          stream: out,
          format: '{label} {bar} {value}/{total} cases  {tail}',
          barsize,
          hideCursor: true,
        });
        bar.start(0, 0, { label, tail: '' });
        break;
      }
      case 'page-stored': {
        const { cases_seen: seen, count_last } = event.figures;
        const total = Math.max(count_last ?? seen, seen);
        const elapsedMs = Math.max(1, now().getTime() - startedAt);
        bar?.setTotal(total);
        bar?.update(seen);
        if (seen > 0) {
          const left = renderDuration(((total - seen) / seen) * elapsedMs);
          showTail(`${Math.round((seen / elapsedMs) * 1000)}/s  ${left} left`);
        }
        break;
      }
      case 'page-unread':
        showTail(`goes on after a page that could not be read: ${event.reason}`);
        break;
      case 'another-pass':
        showTail(`again from page 1: ${event.reason}`);
        break;
      case 'retrying':
        showTail(`again in ${renderDuration(event.waitMs)}: ${event.reason}`);
        break;
      case 'list-ended':
        showTail(`${event.report.outcome}, ${renderDuration(now().getTime() - startedAt)}`);
        bar?.stop();
        bar = undefined;
        break;
      case 'linked-begun':
        bar = new SingleBar({
          stream: out,
          format: `${pad('linked lists', labelWidth, 'left')} {bar} {value}/{total} lists  {tail}`,
          barsize,
          hideCursor: true,
        });
        bar.start(event.due, 0, { tail: '' });
        break;
      case 'linked-read':
        bar?.update(event.sums.lists_read + event.sums.lists_failed);
        showTail(renderPlural(event.sums.requests, 'request'));
        break;
      case 'run-failed':
      case 'linked-ended':
        bar?.stop();
        bar = undefined;
        break;
      case 'index-thread-failed':
        sayTo(out, `${renderThreadFailure(event.reason)}\n`);
        break;
      case 'run-begun':
      case 'run-ended':
      case 'looking-up':
      case 'measuring-coverage':
        break;
    }
  };
}

function createLines(out: Out, now: () => Date, timeZone: string): OnSyncEvent {
  let saidAt = 0;
  const say = (text: string): void => {
    saidAt = now().getTime();
    sayTo(out, `${toZonedMinute(now(), timeZone)} ${localizeTimes(text, timeZone)}\n`);
  };
  return (event) => {
    switch (event.type) {
      case 'died':
        say(renderDied(event));
        break;
      case 'run-begun':
        say(event.runId === null ? 'dry run begun' : `run ${event.runId} begun`);
        break;
      case 'list-begun':
        say(`${event.list.id} ${event.list.label}: begun`);
        break;
      case 'page-stored':
        if (now().getTime() - saidAt >= LINE_EVERY_MS) {
          const { cases_seen: seen, count_last: total } = event.figures;
          say(
            `${event.list.id} ${event.list.label}: ${renderCount(seen)} of ${renderPlural(total ?? seen, 'case')}`,
          );
        }
        break;
      case 'page-unread':
        say(`${event.list.id} ${event.list.label}: a page could not be read: ${event.reason}`);
        break;
      case 'another-pass':
        say(`${event.list.id} ${event.list.label}: reading the list again: ${event.reason}`);
        break;
      case 'looking-up':
        say(`looking up ${renderPlural(event.cases, 'missing case')}`);
        break;
      case 'measuring-coverage':
        say('comparing the lists with the counts of the site');
        break;
      case 'retrying':
        say(
          `trying again in ${renderDuration(event.waitMs)} (attempt ${event.attempt} failed): ${event.reason}`,
        );
        break;
      case 'list-ended': {
        const { list, outcome, figures } = event.report;
        say(`${list.id} ${list.label}: ${outcome}, ${renderPlural(figures.cases_seen, 'case')}`);
        break;
      }
      case 'index-thread-failed':
        say(renderThreadFailure(event.reason));
        break;
      case 'run-ended':
        say(`run ended: ${event.report.outcome}`);
        break;
      case 'linked-begun':
        say(`linked lists: ${renderCount(event.due)} due`);
        break;
      case 'linked-read':
        if (now().getTime() - saidAt >= LINE_EVERY_MS)
          say(`linked lists: ${renderLinkedSums(event.sums)} of ${renderCount(event.due)}`);
        break;
      case 'linked-ended':
        say(
          `linked lists: ${toPassWords(event.report.outcome, event.report.error !== null)}, ${renderLinkedSums(event.report.sums)}`,
        );
        break;
      case 'run-failed':
        say('run failed');
        break;
    }
  };
}

const renderThreadFailure = (reason: string): string =>
  `the search index is built in one thread, because the second one failed: ${reason}`;

/** Progress that a command without a run shows. */
interface Progress<Update> {
  readonly update: Update;
  /** Ends the bar, which would keep the process alive and the cursor hidden; a later update shows another one. */
  readonly end: () => void;
}

/** A bar on a terminal that disappears at its end. */
function createBar(out: Out, format: string): Progress<OnProgress> {
  let bar: SingleBar | undefined;
  return {
    update: (done, total) => {
      if (bar === undefined) {
        bar = new SingleBar({
          stream: out,
          format,
          barsize: 24,
          hideCursor: true,
          clearOnComplete: true,
        });
        bar.start(total, done);
      }
      bar.update(done);
    },
    end: () => {
      bar?.stop();
      bar = undefined;
    },
  };
}

/** Shows the progress of `verify`: a bar on a terminal, nothing elsewhere. */
export function createVerifyProgress(out: Out): Progress<OnProgress> {
  return out.isTTY === true
    ? createBar(out, 'verifying {bar} {value}/{total} cases')
    : { update: () => undefined, end: () => undefined };
}

/** One text or file of a pass has ended. */
interface PassUpdate {
  readonly failed: number;
  readonly of: number;
}

/** Shows the progress of a pass over texts or files: a bar on a terminal, lines elsewhere. */
export function createPassProgress(
  out: Out,
  now: () => Date,
  timeZone: string,
  what: DownloadKind,
): Progress<(event: PassUpdate) => void> {
  let done = 0;
  if (out.isTTY === true) {
    const { update, end } = createBar(out, `${what} {bar} {value}/{total}`);
    return {
      update: ({ of }) => {
        update(++done, of);
      },
      end,
    };
  }
  let saidAt = now().getTime();
  return {
    update: ({ of, failed }) => {
      done++;
      const moment = now();
      if (moment.getTime() - saidAt < LINE_EVERY_MS) return;
      saidAt = moment.getTime();
      sayTo(
        out,
        `${toZonedMinute(moment, timeZone)} ${what}: ${renderCount(done)} of ${renderCount(of)}, ${renderCount(failed)} failed\n`,
      );
    },
    end: () => undefined,
  };
}

/** Shows how many tables of an export or a publication are done: a bar on a terminal, a line from time to time elsewhere. */
export function createTableProgress(
  out: Out,
  now: () => Date,
  what: 'written and read back' | 'loaded',
): Progress<OnProgress> {
  if (out.isTTY === true) return createBar(out, `{bar} {value}/{total} tables ${what}`);
  let saidAt = now().getTime();
  return {
    update: (done, of) => {
      const moment = now().getTime();
      if (moment - saidAt < LINE_EVERY_MS) return;
      saidAt = moment;
      sayTo(out, `${done} of ${renderPlural(of, 'table')} ${what}.\n`);
    },
    end: () => undefined,
  };
}
