import type { OnSyncEvent } from '../sync/sync-run.ts';
import type { Io } from './io.ts';
import { createProgress } from './render/progress.ts';

/** What a command does at the events of a run: it shows them, and tidies up after each page. */
export function createRunEvents(
  io: Io,
  show = createProgress(io.stderr, io.surroundings.now, io.timeZone),
): OnSyncEvent {
  return (event) => {
    show(event);
    if (event.type === 'page-stored') io.keepHeapSmall();
  };
}
