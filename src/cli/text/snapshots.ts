import { basename } from 'node:path';
import type { Snapshot } from '../../backup/list.ts';
import type { TakenSnapshot } from '../../backup/snapshot.ts';
import { toLocalMinute } from '../../lib/local-time.ts';
import { renderBytes, toCellText } from './words.ts';
import { renderTable } from './table.ts';
import { renderPlural } from '../../lib/layout.ts';

/** A snapshot as `--json` prints it; a value that the file does not contain is null. */
export function toSnapshotJson({ path, takenAt, bytes, owner, note }: Snapshot) {
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

export function renderTaken(
  { path, bytes, latest, note }: TakenSnapshot,
  removed: readonly Snapshot[],
): string {
  const name = toCellText(path);
  const of = note.asOfRun === null ? '' : `, the state after run ${note.asOfRun}`;
  const lines = [
    `${name}: ${renderBytes(bytes)}${of}`,
    ...(latest === null ? [] : [`${toCellText(latest)} is now the same`]),
    ...removed.map((one) => `removed ${toCellText(one.path)}`),
  ];
  return lines.map((line) => `${line}\n`).join('');
}

export function renderNoSnapshots(folder: string, isThere: boolean): string {
  const name = toCellText(folder);
  return isThere
    ? `There is no snapshot in ${name}.\n`
    : `There is no snapshot: there is no folder ${name}.\n`;
}

/** The file name is never cut, because `restore` needs it. */
export function renderSnapshotList(
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
      toCellText(basename(one.path)),
      toLocalMinute(one.takenAt, timeZone),
      one.note?.takenBy ?? '?',
      String(one.note?.lastRun ?? '?'),
      renderBytes(one.bytes),
      describeContent(one),
    ]),
    width,
  );
  return `${toCellText(folder)}\n${table}\n${renderPlural(all.length, 'snapshot')}, ${renderBytes(total)}\n`;
}

function describeContent({ owner, note }: Snapshot): string {
  if (owner === 'other') return 'another mirror';
  if (note === null) return 'not known';
  const content =
    note.asOfRun === null ? (note.isComplete ? 'all lists' : 'not all lists') : 'an earlier state';
  return owner === 'unknown' ? `${content}; mirror not known` : content;
}
