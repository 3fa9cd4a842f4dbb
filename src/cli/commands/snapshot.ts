import type { Command } from 'commander';
import type { ExitName } from '../../exit-codes.ts';
import { parseSettings } from '../../settings.ts';
import { parseSnapshotSettings } from '../../settings-nightly.ts';
import { listSnapshots, removeOldSnapshots, type Snapshot } from '../../snapshots/list-snapshots.ts';
import { takeSnapshot } from '../../snapshots/take-snapshot.ts';
import { toLocalMinute } from '../../local-time.ts';
import { textWidth, withStop, write, type Io } from '../io.ts';
import { renderTable } from '../render/table.ts';
import { renderBytes, renderPlural } from '../render/units.ts';
import { addSettings, readWrittenSettings, SNAPSHOT_SETTINGS, type Flags } from '../settings-options.ts';

export function defineSnapshot(command: Command): Command {
  return addSettings(
    command
      .description('Copy the mirror into a dated file that stands alone, or list those that there are.')
      .option('--list', 'list the snapshots, and take none')
      .option('--json', 'print it as JSON'),
    ['database', ...SNAPSHOT_SETTINGS],
  ).addHelpText(
    'after',
    `
A snapshot can be carried anywhere and opened by any program that reads SQLite. It is opened and checked before it has its
name; a sync may go on meanwhile. Afterwards the older ones are removed, but for the newest of each of the last days, weeks
and months in which there was one. It keeps what \`redact\` removes from the mirror.

Examples:
  $ clearinghouse-mirror snapshot
  $ clearinghouse-mirror snapshot --list
  $ clearinghouse-mirror restore snapshots/clearinghouse-20261124T031742Z.db --yes`,
  );
}

export async function runSnapshotCommand(flags: Flags, io: Io): Promise<ExitName> {
  const written = readWrittenSettings(flags, io);
  const { database } = parseSettings(written);
  const settings = parseSnapshotSettings(written, database);
  const isJson = flags.json === true;
  if (flags.list === true) {
    const all = listSnapshots(database, settings.folder);
    await write(
      io.stdout,
      isJson
        ? `${JSON.stringify(all.map(toJson))}\n`
        : renderList(all, settings.folder, textWidth(io), io.timeZone),
    );
    return 'complete';
  }
  const taken = await withStop(io, (signal) =>
    takeSnapshot(database, settings.folder, io.surroundings.now(), signal),
  );
  const removed = removeOldSnapshots(database, settings.folder, settings);
  await write(
    io.stdout,
    isJson
      ? `${JSON.stringify({ ...toJson(taken), removed: removed.map(({ path }) => path) })}\n`
      : `${taken.path}: ${renderBytes(taken.bytes)}\n${removed.map(({ path }) => `removed ${path}\n`).join('')}`,
  );
  return 'complete';
}

function toJson({ path, takenAt, bytes }: Snapshot) {
  return { path, taken_at: takenAt.toISOString(), bytes };
}

function renderList(all: readonly Snapshot[], folder: string, width: number, timeZone: string): string {
  if (all.length === 0) return `There is no snapshot in ${folder}.\n`;
  const total = all.reduce((sum, { bytes }) => sum + bytes, 0);
  const table = renderTable(
    [
      { heading: 'taken', fit: 'whole' },
      { heading: 'size', align: 'right', fit: 'whole' },
      { heading: 'file', fit: 'whole' },
    ],
    all.map(({ path, takenAt, bytes }) => [toLocalMinute(takenAt, timeZone), renderBytes(bytes), path]),
    width,
  );
  return `${table}\n${renderPlural(all.length, 'snapshot')}, ${renderBytes(total)}\n`;
}
