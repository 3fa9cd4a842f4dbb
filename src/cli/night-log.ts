import type { NightTalk } from '../nightly/keep-nights.ts';
import type { LogSettings } from '../settings-nightly.ts';
import type { OnSyncEvent } from '../sync/sync-events.ts';
import { say, type Io } from './io.ts';
import { createJsonLog } from './json-log.ts';
import { localizeTimes } from '../local-time.ts';
import { renderError } from './render/error.ts';
import { renderNightBeginning, renderNightEnding, renderWaiting } from './render/night.ts';
import { createProgress } from './render/progress.ts';

/** What the keeping of nights tells, for a person at a terminal or for a log. */
export interface NightLog {
  readonly talk: NightTalk;
  readonly onEvent: OnSyncEvent;
  /** Something about the process itself. */
  readonly note: (text: string) => void;
}

/** Text on a terminal, else a line of JSON an event, unless one of the two is asked for. */
export function createNightLog(io: Io, { logFormat, logLevel }: LogSettings): NightLog {
  const isJson = logFormat === 'json' || (logFormat === 'auto' && io.stderr.isTTY !== true);
  return isJson ? createJsonLog(io, logLevel) : createTextLog(io);
}

function createTextLog(io: Io): NightLog {
  const { timeZone } = io;
  const note = (text: string): void => {
    say(io.stderr, `${localizeTimes(text, timeZone)}\n`);
  };
  return {
    note,
    onEvent: createProgress(io.stderr, io.surroundings.now, timeZone),
    talk: {
      onWait: (plan) => {
        note(renderWaiting(plan));
      },
      onBegin: (plan, night, missed) => {
        note(renderNightBeginning(plan, night, missed));
      },
      onEnd: (night) => {
        note(renderNightEnding(night));
      },
      onFailed: (error) => {
        note(renderError(error, timeZone));
      },
    },
  };
}
