import { existsSync } from 'node:fs';
import type { Command } from 'commander';
import type { ExitName } from '../../errors/exit-codes.ts';
import { findRunAsOf } from '../../history/period.ts';
import type { AsOf } from '../../history/moments.ts';
import { writeStateAsOf } from '../../history/query-as-of/write-state.ts';
import { MirrorError } from '../../errors/mirror-error.ts';
import { toPath } from '../../config/paths.ts';
import {
  type SnapshotSettings,
  parseSettings,
  parseSnapshotSettings,
  type WrittenSettings,
} from '../../config/settings.ts';
import { listSnapshots, type Snapshot } from '../../backup/list.ts';
import {
  type EarlierState,
  type SnapshotRequest,
  takeAndRotate,
  takeSnapshot,
  type TakenSnapshot,
} from '../../backup/snapshot.ts';
import { textWidth, withStop, write, type Io } from '../io.ts';
import {
  type Flags,
  MOMENT_HELP,
  SNAPSHOT_SETTINGS,
  addSettings,
  readAsOf,
  readWrittenSettings,
} from '../options.ts';
import { toJsonLine, renderBytes } from '../text/words.ts';
import { toPlaceText } from '../../lib/command-line.ts';
import { AS_OF } from '../text/period.ts';
import { toFilesFolder } from '../../db/linked/file-store.ts';
import { type FileSums, measureFiles } from '../../db/linked/files.ts';
import { readOrElse } from '../../db/open-mirror.ts';
import { withMirror } from '../with-mirror.ts';
import { basename } from 'node:path';
import { toLocalMinute } from '../../lib/local-time.ts';
import { renderTable } from '../text/table.ts';
import { renderPlural } from '../../lib/layout.ts';

export function defineOptions(command: Command): Command {
  return addSettings(
    command
      .option('--list', 'list the snapshots instead of taking one')
      .option('--to <file>', 'write the snapshot to this file, which must not exist yet')
      .option(...AS_OF)
      .option('--json', 'print JSON'),
    ['database', ...SNAPSHOT_SETTINGS],
  ).addHelpText(
    'after',
    `
A snapshot is one file that any program with SQLite opens. It is checked before it gets its name. A sync can run at the
same time: the snapshot has the state of one point in time. \`latest.db\` in the same folder is always the newest snapshot of
a mirror that holds every list. With --as-of, the snapshot has an earlier state, rebuilt from the history.
${MOMENT_HELP}

Snapshots that you take with this command are kept until you remove them. \`nightly\` removes its own older snapshots of this
mirror: see --keep-daily. With one of the --keep flags, this command removes them too. A snapshot keeps what \`redact\` removes
from the mirror; \`redact --snapshots\` removes it there.

Examples:
  $ clearinghouse-mirror snapshot
  $ clearinghouse-mirror snapshot --list
  $ clearinghouse-mirror snapshot --to /mnt/usb/clearinghouse.db
  $ clearinghouse-mirror snapshot --as-of 12 --to after-run-12.db
  $ clearinghouse-mirror snapshot --as-of 2024-11-04 --to before-the-election.db
  $ clearinghouse-mirror restore clearinghouse-20261124T031742Z.db --yes`,
  );
}

export async function runCommand(flags: Flags, io: Io): Promise<ExitName> {
  const written = readWrittenSettings(flags, io);
  const { database } = parseSettings(written);
  const settings = parseSnapshotSettings(written, database);
  if (flags.list === true) {
    refuseBesideList(flags);
    const all = listSnapshots(database, settings.folder);
    const isJson = flags.json === true;
    if (all.length === 0) {
      const none = renderNoSnapshots(settings.folder, existsSync(settings.folder));
      await write(isJson ? io.stderr : io.stdout, none);
      return 'complete';
    }
    const text = isJson
      ? all.map((one) => toJsonLine(toSnapshotJson(one))).join('')
      : renderSnapshotList(all, settings.folder, textWidth(io), io.timeZone);
    await write(io.stdout, text);
    return 'complete';
  }
  const { taken, removed } = await withStop(io, (signal) =>
    take(toRequest(flags, io, database, settings, signal), settings, written),
  );
  await write(
    io.stdout,
    flags.json === true
      ? toJsonLine({
          ...toSnapshotJson(taken),
          latest: taken.latest,
          latest_error: taken.latestFailure === null ? null : taken.latestFailure.code,
          removed: removed.map(({ path }) => path),
        })
      : renderTaken(taken, removed, { ...measureFilesOf(database), folder: toFilesFolder(database) }),
  );
  if (taken.latestFailure !== null) throw taken.latestFailure;
  return 'complete';
}

/** A flag without effect is usually a mistake. Fails with USAGE. */
function refuseBesideList(flags: Flags): void {
  const beside = {
    to: '--to',
    asOf: '--as-of',
    keepDaily: '--keep-daily',
    keepWeekly: '--keep-weekly',
    keepMonthly: '--keep-monthly',
  };
  for (const [name, flag] of Object.entries(beside)) {
    if (flags[name] !== undefined)
      throw new MirrorError('USAGE', `\`snapshot\` takes --list or ${flag}, and not both.`);
  }
}

function toRequest(
  flags: Flags,
  io: Io,
  database: string,
  { folder, texts }: SnapshotSettings,
  signal: AbortSignal,
): SnapshotRequest {
  return {
    database,
    to: typeof flags.to === 'string' ? { file: toPath(flags.to, '--to', io.folder, true) } : { folder },
    takenAt: io.runtime.now(),
    takenBy: 'hand',
    withTexts: texts,
    signal,
    earlier: typeof flags.asOf === 'string' ? toEarlier(database, readAsOf(flags.asOf, io)) : null,
  };
}

/** Finds the run first, so that a wrong time fails early. Fails with RUN_UNKNOWN or TIME_NOT_MIRRORED. */
function toEarlier(database: string, asOf: AsOf): EarlierState {
  const { runId } = withMirror(database, (mirror) => findRunAsOf(mirror, asOf));
  return { runId, write: (mirror, path, signal) => writeStateAsOf(mirror, runId, path, signal) };
}

/** For a snapshot by hand, retention applies only if the user asks for it in the same command. */
async function take(
  request: SnapshotRequest,
  settings: SnapshotSettings,
  written: WrittenSettings,
): Promise<{ taken: Awaited<ReturnType<typeof takeSnapshot>>; removed: readonly Snapshot[] }> {
  const isAsked = (['keepDaily', 'keepWeekly', 'keepMonthly'] as const).some(
    (name) => written[name]?.place === 'flag',
  );
  if (!isAsked || 'file' in request.to) return { taken: await takeSnapshot(request), removed: [] };
  return takeAndRotate(request, { folder: settings.folder, retention: settings, unmarked: true });
}

/** A snapshot as `--json` prints it; a value that the file does not contain is null. */
function toSnapshotJson({ path, takenAt, bytes, owner, note }: Snapshot) {
  return {
    path,
    taken_at: takenAt.toISOString(),
    bytes,
    mirror: owner,
    taken_by: note?.takenBy ?? null,
    last_run: note?.lastRun ?? null,
    complete: note?.isComplete ?? null,
    as_of_run: note?.asOfRun ?? null,
  };
}

/** The stored files of documents; none if the mirror has an earlier schema. */
const measureFilesOf = (database: string): FileSums =>
  readOrElse(database, measureFiles, { documents: 0, files: 0, bytes: 0 });

function renderTaken(
  { path, bytes, latest, note }: TakenSnapshot,
  removed: readonly Snapshot[],
  files: FileSums & { readonly folder: string },
): string {
  const name = toPlaceText(path);
  const of = note.asOfRun === null ? '' : `, the state after run ${note.asOfRun}`;
  const lines = [
    `${name}: ${renderBytes(bytes)}${of}`,
    ...(latest === null ? [] : [`${toPlaceText(latest)} is now the same`]),
    ...removed.map((one) => `removed ${toPlaceText(one.path)}`),
    ...(files.files === 0
      ? []
      : [
          `not in it: ${renderPlural(files.files, 'file')} of documents (${renderBytes(files.bytes)}); copy ${toPlaceText(files.folder)} to keep them`,
        ]),
  ];
  return lines.map((line) => `${line}\n`).join('');
}

function renderNoSnapshots(folder: string, isThere: boolean): string {
  const name = toPlaceText(folder);
  return isThere
    ? `There is no snapshot in ${name}.\n`
    : `There is no snapshot: there is no folder ${name}.\n`;
}

/** The file name is never cut, because `restore` needs it. */
function renderSnapshotList(
  all: readonly Snapshot[],
  folder: string,
  width: number,
  timeZone: string,
): string {
  const total = all.reduce((sum, { bytes }) => sum + bytes, 0);
  const table = renderTable(
    [
      { heading: 'file', fit: 'whole' },
      { heading: 'taken', fit: 'whole' },
      { heading: 'by' },
      { heading: 'run', align: 'right', fit: 'whole' },
      { heading: 'size', align: 'right', fit: 'whole' },
      { heading: 'holds' },
    ],
    all.map((one) => [
      toPlaceText(basename(one.path)),
      toLocalMinute(one.takenAt, timeZone),
      one.note?.takenBy ?? '?',
      String(one.note?.lastRun ?? '?'),
      renderBytes(one.bytes),
      describeContent(one),
    ]),
    width,
  );
  return `${toPlaceText(folder)}\n${table}\n${renderPlural(all.length, 'snapshot')}, ${renderBytes(total)}\n`;
}

function describeContent({ owner, note }: Snapshot): string {
  if (owner === 'other') return 'another mirror';
  if (note === null) return 'not known';
  const content =
    note.asOfRun === null ? (note.isComplete ? 'all lists' : 'not all lists') : 'an earlier state';
  return owner === 'unknown' ? `${content}; mirror not known` : content;
}
