import { InvalidArgumentError, Option, type Command } from 'commander';
import { MirrorError } from '../../errors/mirror-error.ts';
import type { ExitName } from '../../errors/exit-codes.ts';
import { findFreshAsOf, findMirrorState, type MirrorState } from '../../db/state.ts';
import { findLinkedState } from '../../db/linked/passes.ts';
import { findFilesState, toFilesFolder } from '../../db/linked/file-store.ts';
import { findTextState } from '../../db/linked/texts.ts';
import { parseFileSettings } from '../../config/settings.ts';
import { hasOutdatedExports, listOutdatedExports } from '../../db/exports.ts';
import { isWriterLockHeld } from '../../db/lock.ts';
import {
  EMPTY_STATE,
  type SchedulerState,
  dropAhead,
  readStateFile,
  toStateFilePath,
} from '../../schedule/state-file.ts';
import { textWidth, write, writeText, type Io } from '../io.ts';
import { toAim } from '../suggested-commands.ts';
import { renderDuration, toJsonLine } from '../text/words.ts';
import { renderFileState, renderTextState, toFileStateJson, toTextStateJson } from '../text/downloads.ts';
import { renderLinkedState, toLinkedStateJson } from '../text/linked.ts';
import {
  type NightlyStatus,
  renderAnomalies,
  renderMirrorState,
  renderNightlyStatus,
  toNightlyJson,
  toStateJson,
} from '../text/state.ts';
import { addSettings, readSettings, readWrittenSettings, type Flags } from '../options.ts';
import { withMirror } from '../with-mirror.ts';

const MAX_RUNS = 5;

export function defineOptions(command: Command): Command {
  return addSettings(
    command
      .option('--json', 'print JSON')
      .option('--check', 'exit with code 11 if the mirror is older than --max-age')
      .addOption(
        new Option('--max-age <time>', 'for --check: maximum age, such as 90m, 36h or 2d')
          .argParser(parseAge)
          .default(parseAge('36h'), '36h'),
      ),
    ['database'],
  ).addHelpText(
    'after',
    `
The age of the mirror is the age of its stalest list. If a list cannot be proven complete,
the latest run that read as much of it as possible counts, and the output names the list.

Example, for a probe:
  $ clearinghouse-mirror status --check --max-age 36h`,
  );
}

export async function runCommand(flags: Flags, io: Io): Promise<ExitName> {
  const { database } = readSettings(flags, io);
  const { fileHosts: knownHosts, maxFileBytes } = parseFileSettings(
    readWrittenSettings(flags, io, () => undefined),
  );
  const now = io.runtime.now();
  const [state, linked, texts, files, isOutdated] = withMirror(database, (mirror) => [
    findMirrorState(mirror, MAX_RUNS, now),
    findLinkedState(mirror),
    findTextState(mirror, now),
    findFilesState(mirror, { now, knownHosts, maxFileBytes }),
    hasOutdatedExports(mirror),
  ]);
  const { scheduler, fault } = readState(toStateFilePath(database));
  const nightly = {
    ...findNightlyStatus(database, dropAhead(scheduler, now), state, now),
    linkedPass: linked.pass,
  };
  const outdated = isOutdated ? await loadPlaces(database) : null;
  if (flags.json === true)
    await write(
      io.stdout,
      toJsonLine({
        ...toStateJson(state),
        ...toLinkedStateJson(linked),
        ...toTextStateJson(texts),
        ...toFileStateJson(files),
        exports_before_redaction: outdated?.toPlacesJson(outdated.places) ?? [],
        ...toNightlyJson(nightly),
      }),
    );
  else {
    const aim = toAim(io, flags);
    const kept = aim(renderNightlyStatus(nightly, state, io.timeZone));
    const width = textWidth(io);
    await writeText(io, renderMirrorState(state, kept, width, io.timeZone));
    await writeText(io, renderLinkedState(linked, width, io.timeZone));
    await writeText(io, renderTextState(texts, aim, width, io.timeZone));
    const where = { folder: toFilesFolder(database), knownHosts, aim };
    await writeText(io, renderFileState(files, where, width, io.timeZone));
    await writeText(io, renderAnomalies(state, width));
    if (outdated !== null) await writeText(io, outdated.renderOutdatedPlaces(outdated.places, aim, width));
  }
  if (fault !== null) throw fault;
  if (flags.check === true) checkAge(nightly, Number(flags.maxAge), state.aheadRunIds.length > 0);
  return 'complete';
}

/** Lists the places that may have what was redacted since, and what prints them. It is loaded only if there are any. */
async function loadPlaces(database: string) {
  const { renderOutdatedPlaces, toPlacesJson } = await import('../text/export-places.ts');
  return { renderOutdatedPlaces, toPlacesJson, places: withMirror(database, listOutdatedExports) };
}

/** A damaged state file hides only what it says, not what the mirror says. */
function readState(path: string): { readonly scheduler: SchedulerState; readonly fault: MirrorError | null } {
  try {
    return { scheduler: readStateFile(path), fault: null };
  } catch (error) {
    if (error instanceof MirrorError) return { scheduler: EMPTY_STATE, fault: error };
    throw error;
  }
}

function findNightlyStatus(
  database: string,
  scheduler: SchedulerState,
  state: MirrorState,
  now: Date,
): Omit<NightlyStatus, 'linkedPass'> {
  const path = toStateFilePath(database);
  return {
    scheduler,
    isRunning: isWriterLockHeld(path),
    isWriting: isWriterLockHeld(database),
    freshAsOf: findFreshAsOf(state.lists),
    now,
  };
}

/** Fails with STALE. */
function checkAge({ freshAsOf, now }: NightlyStatus, maxMs: number, wasAhead: boolean): void {
  const allowed = `${renderDuration(maxMs)} are allowed.`;
  if (freshAsOf === null)
    throw new MirrorError(
      'STALE',
      wasAhead
        ? `The clock was ahead when a list was last read completely, so the time of that is unknown; ${allowed}`
        : `Not every list was read completely yet; ${allowed}`,
    );
  const ageMs = now.getTime() - Date.parse(freshAsOf);
  if (ageMs > maxMs)
    throw new MirrorError(
      'STALE',
      `It is ${renderDuration(ageMs)} since the oldest list was read completely; ${allowed}`,
    );
}

const UNITS_MS = { m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

function parseAge(text: string): number {
  const [, count, unit] = /^(\d{1,6})([mhd])$/.exec(text) ?? [];
  if (count === undefined || unit === undefined)
    throw new InvalidArgumentError('It takes a number with m, h or d, such as 36h.');
  return Number(count) * UNITS_MS[unit as keyof typeof UNITS_MS];
}
