import type { HoldingCopy } from '../../backup/redact-copies.ts';
import type { ExportRow } from '../../db/exports.ts';
import type { ExportedFolder } from '../../export/target.ts';
import { isThere, listBesidePlace } from '../../export/places.ts';
import { type Aim, aimCommand, toPlaceText } from '../../lib/command-line.ts';
import { wrapText } from '../../lib/layout.ts';
import { toCellText } from './words.ts';

const KINDS = {
  export: 'export',
  release: 'release',
  delta: 'Delta tables',
  bucket: 'copy in a bucket',
  postgres: 'published',
} as const satisfies Record<ExportRow['kind'], string>;

/** Each place with what replaces or removes its content. The record has the commands without the mirror. */
function renderPlaces(rows: readonly ExportRow[], aim: Aim): string[] {
  return rows.flatMap((row) => [
    `  ${toPlaceText(row.place)} (${KINDS[row.kind]}, ${row.written_at.slice(0, 10)})`,
    ...listBesidePlace(row).map((path) => `  ${toPlaceText(path)} (an export that was not finished)`),
    `    ${aimCommand(aim, toCellText(row.command))}`,
  ]);
}

/** Only this program writes the record, so somebody must tell it what was removed elsewhere. A place in a bucket can have spaces. */
const REMOVED_HINT =
  "A new export to the same folder replaces the record of the old one. For Delta tables, it does so only with --forget. If you removed an export yourself, for example from a bucket, run `clearinghouse-mirror redact --removed 'PLACE'`. A bucket with versioning keeps earlier versions of objects that were removed or replaced: delete those versions first.";

/** For `status`: the places that may have what was redacted since. Empty if none of them is there. */
export function renderOutdatedPlaces(rows: readonly ExportRow[], aim: Aim, width: number): string {
  const there = rows.filter(isThere);
  if (there.length === 0) return '';
  return [
    'These exports may have what was redacted since they were written:',
    ...renderPlaces(there, aim),
    aim(REMOVED_HINT),
  ]
    .map((line) => (line.startsWith('  ') ? `${line}\n` : wrapText(line, width)))
    .join('');
}

export const toPlacesJson = (rows: readonly ExportRow[]) =>
  rows.map((row) => {
    const { place, kind, command, written_at } = row;
    return { place, kind, command, written_at, found: isThere(row) };
  });

/** For `redact`: the places that may have what it removes; a folder that is not there may be on a disk that is not mounted. */
export function renderPlacesLeft(rows: readonly ExportRow[], aim: Aim): string[] {
  if (rows.length === 0) return [];
  const there = rows.filter(isThere);
  const missing = rows.filter((row) => !isThere(row));
  return [
    ...(there.length === 0
      ? []
      : [
          'These exports are on record and may have it. The command after each replaces or removes what is there:',
          ...renderPlaces(there, aim),
        ]),
    ...(missing.length === 0
      ? []
      : [
          'These exports are on record, and not found now. If they were moved, or are on a disk that is not mounted, they may have it:',
          ...missing.map(({ place }) => `  ${toPlaceText(place)}`),
        ]),
    aim(REMOVED_HINT),
  ];
}

/** For `redact`: folders that are not on record. */
export const renderFolders = (folders: readonly ExportedFolder[]): string[] => [
  'These folders were exported from a mirror, perhaps from this one. Delete them, or export again:',
  ...folders.map(
    ({ path, isUnfinished }) =>
      `  ${toPlaceText(path)}${isUnfinished ? ' (an export that was not finished)' : ''}`,
  ),
];

const OF_ANOTHER =
  ' (left alone, because it may belong to another mirror: delete it if no program uses it; otherwise sync that mirror and redact the case there)';
const NOTES = {
  unreadable: ' (cannot be read, so its content is unknown: delete it if it is not needed)',
  unfinished: ' (a snapshot that is being taken: run this again when it is done)',
};

/** For `redact`: copies of the mirror, and the command that also redacts them. */
export function renderHolding(holding: readonly HoldingCopy[], repeated: string): string[] {
  const isRemovable = holding.some(({ holds, isOwn }) => holds === 'content' && isOwn);
  return [
    'These copies hold its content, or may hold it:',
    ...holding.map(({ path, holds, isOwn }) => {
      const note = holds === 'content' ? (isOwn ? '' : OF_ANOTHER) : NOTES[holds];
      return `  ${toPlaceText(path)}${note}`;
    }),
    ...(isRemovable ? [`To remove it there too: ${repeated}.`] : []),
    'Copies in other places are not known.',
  ];
}
